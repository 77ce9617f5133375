# AWS Config: ECS_FARGATE_LATEST_PLATFORM_VERSION
# flagged by: CKV_AWS_332

resource "aws_ecs_service" "this" {
  launch_type      = "FARGATE"
  name             = "payments"
  platform_version = "1.3.0"
}
