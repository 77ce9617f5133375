# AWS Config: ECS_TASK_DEFINITION_NONROOT_USER
# flagged by: containers_run_as_a_user_other_than_root

resource "aws_ecs_task_definition" "this" {
  family = "payments"

  container_definitions = jsonencode([
    {
      image                  = "payments:1"
      name                   = "payments"
      readonlyRootFilesystem = true
    },
  ])
}
