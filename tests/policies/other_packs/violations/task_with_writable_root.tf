# AWS Config: ECS_CONTAINERS_READONLY_ACCESS
# flagged by: CKV_AWS_336 containers_cannot_write_to_their_root_file_system

resource "aws_ecs_task_definition" "this" {
  family = "payments"

  container_definitions = jsonencode([
    {
      image                  = "payments:1"
      name                   = "payments"
      readonlyRootFilesystem = false
    },
  ])
}
