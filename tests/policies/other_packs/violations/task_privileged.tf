# AWS Config: ECS_CONTAINERS_NONPRIVILEGED
# flagged by: containers_are_not_privileged

resource "aws_ecs_task_definition" "this" {
  family = "payments"

  container_definitions = jsonencode([
    {
      image      = "payments:1"
      name       = "payments"
      privileged = true
    },
  ])
}
