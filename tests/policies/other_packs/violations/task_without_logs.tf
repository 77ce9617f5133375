# AWS Config: ECS_TASK_DEFINITION_LOG_CONFIGURATION
# flagged by: containers_log_to_cloudwatch

resource "aws_ecs_task_definition" "this" {
  family = "payments"

  container_definitions = jsonencode([
    {
      image = "payments:1"
      name  = "payments"
      user  = "1000"
    },
  ])
}
