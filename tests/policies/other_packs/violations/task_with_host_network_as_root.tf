# cdk-nag: ECSTaskDefinitionUserForHostMode
# flagged by: tasks_do_not_use_the_network_of_their_host containers_run_as_a_user_other_than_root

resource "aws_ecs_task_definition" "this" {
  family       = "payments"
  network_mode = "host"

  container_definitions = jsonencode([
    {
      image = "payments:1"
      name  = "payments"
      user  = "root"
    },
  ])
}
