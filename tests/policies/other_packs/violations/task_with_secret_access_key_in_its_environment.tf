# AWS Config: ECS_NO_ENVIRONMENT_SECRETS
# flagged by: containers_hold_no_secret_in_their_environment

resource "aws_ecs_task_definition" "this" {
  family = "payments"

  container_definitions = jsonencode([
    {
      environment = [{ name = "AWS_SECRET_ACCESS_KEY", value = "not-a-real-key" }]
      image       = "payments:1"
      name        = "payments"
    },
  ])
}
