# AWS Config: ECS_TASK_DEFINITION_PID_MODE_CHECK
# flagged by: tasks_share_no_namespace_with_their_host

resource "aws_ecs_task_definition" "this" {
  family   = "payments"
  pid_mode = "host"

  container_definitions = jsonencode([
    {
      image = "payments:1"
      name  = "payments"
      user  = "1000"
    },
  ])
}
