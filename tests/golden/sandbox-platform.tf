terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  backend "local" {
    path = "../../../.sandbox/state/sandbox-platform.tfstate"
  }
}

provider "aws" {
  allowed_account_ids = ["555555555555"]
  region              = "eu-west-1"

  default_tags {
    tags = {
      CardholderData = "inside"
      Environment    = "sandbox"
      ManagedBy      = "terraform"
      Production     = "false"
      Stack          = "sandbox-platform"
    }
  }
}

locals {
  cde_user_data = [
    "#!/bin/sh",
    "echo 'ECS_CLUSTER=sandbox-ec2' >> /etc/ecs/ecs.config",
    "echo 'ECS_INSTANCE_ATTRIBUTES={\"segment\":\"cde\"}' >> /etc/ecs/ecs.config",
    "echo 'ECS_AWSVPC_BLOCK_IMDS=true' >> /etc/ecs/ecs.config",
    "echo 'ECS_CONTAINER_STOP_TIMEOUT=2m' >> /etc/ecs/ecs.config",
    "echo 'ECS_ENABLE_CONTAINER_METADATA=true' >> /etc/ecs/ecs.config",
    "",
  ]

  general_user_data = [
    "#!/bin/sh",
    "echo 'ECS_CLUSTER=sandbox-ec2' >> /etc/ecs/ecs.config",
    "echo 'ECS_INSTANCE_ATTRIBUTES={\"segment\":\"general\"}' >> /etc/ecs/ecs.config",
    "echo 'ECS_AWSVPC_BLOCK_IMDS=true' >> /etc/ecs/ecs.config",
    "echo 'ECS_CONTAINER_STOP_TIMEOUT=2m' >> /etc/ecs/ecs.config",
    "echo 'ECS_ENABLE_CONTAINER_METADATA=true' >> /etc/ecs/ecs.config",
    "",
  ]
}

data "aws_route_table" "ecs_cde_subnets_routes" {
  for_each = { for subnet, own in data.aws_route_tables.ecs_cde_subnets_route_tables : subnet => concat(own.ids, [data.aws_vpc.vpc.main_route_table_id])[0] }

  route_table_id = each.value

  lifecycle {
    postcondition {
      condition     = length([for route in self.routes : route.gateway_id if can(regex("^igw-", route.gateway_id))]) == 0
      error_message = "Subnet ${each.key} (sandbox-ecs-cde-<zone>) is not private: its route table ${each.value} leads to an internet gateway. Check its routes (PCI DSS v4.0.1, 1.4.4)."
    }
  }
}

data "aws_route_table" "ecs_general_subnets_routes" {
  for_each = { for subnet, own in data.aws_route_tables.ecs_general_subnets_route_tables : subnet => concat(own.ids, [data.aws_vpc.vpc.main_route_table_id])[0] }

  route_table_id = each.value

  lifecycle {
    postcondition {
      condition     = length([for route in self.routes : route.gateway_id if can(regex("^igw-", route.gateway_id))]) == 0
      error_message = "Subnet ${each.key} (sandbox-ecs-general-<zone>) is not private: its route table ${each.value} leads to an internet gateway. Check its routes (PCI DSS v4.0.1, 1.4.4)."
    }
  }
}

data "aws_route_tables" "ecs_cde_subnets_route_tables" {
  for_each = toset(data.aws_subnets.ecs_cde_subnets.ids)

  filter {
    name   = "association.subnet-id"
    values = [each.value]
  }
}

data "aws_route_tables" "ecs_general_subnets_route_tables" {
  for_each = toset(data.aws_subnets.ecs_general_subnets.ids)

  filter {
    name   = "association.subnet-id"
    values = [each.value]
  }
}

data "aws_security_groups" "cde_security_groups" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.vpc.id]
  }

  filter {
    name   = "group-name"
    values = ["sandbox-sg-base-cde", "sandbox-ecs-cde-sg"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.ids) == 2
      error_message = "Found ${length(self.ids)} of 2 security groups named sandbox-sg-base-cde, sandbox-ecs-cde-sg in the VPC sandbox. Create what is missing there."
    }
  }
}

data "aws_security_groups" "general_security_groups" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.vpc.id]
  }

  filter {
    name   = "group-name"
    values = ["sandbox-sg-base", "sandbox-ecs-general-sg"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.ids) == 2
      error_message = "Found ${length(self.ids)} of 2 security groups named sandbox-sg-base, sandbox-ecs-general-sg in the VPC sandbox. Create what is missing there."
    }
  }
}

data "aws_subnet" "ecs_cde_subnets_each" {
  for_each = toset(data.aws_subnets.ecs_cde_subnets.ids)

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == data.aws_vpc.vpc.id
      error_message = "Subnet ${self.id} (sandbox-ecs-cde-<zone>) is in VPC ${self.vpc_id}, not in sandbox. Check which VPC it belongs to."
    }

    postcondition {
      condition     = endswith(lookup(self.tags, "Name", ""), self.availability_zone)
      error_message = "Subnet ${self.id} (sandbox-ecs-cde-<zone>) is in zone ${self.availability_zone}, which its name does not say. Check the Name tag, and the zone."
    }
  }
}

data "aws_subnet" "ecs_general_subnets_each" {
  for_each = toset(data.aws_subnets.ecs_general_subnets.ids)

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == data.aws_vpc.vpc.id
      error_message = "Subnet ${self.id} (sandbox-ecs-general-<zone>) is in VPC ${self.vpc_id}, not in sandbox. Check which VPC it belongs to."
    }

    postcondition {
      condition     = endswith(lookup(self.tags, "Name", ""), self.availability_zone)
      error_message = "Subnet ${self.id} (sandbox-ecs-general-<zone>) is in zone ${self.availability_zone}, which its name does not say. Check the Name tag, and the zone."
    }
  }
}

data "aws_subnets" "ecs_cde_subnets" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.vpc.id]
  }

  filter {
    name   = "tag:Name"
    values = ["sandbox-ecs-cde-eu-west-1a", "sandbox-ecs-cde-eu-west-1b"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.ids) == 2
      error_message = "Found ${length(self.ids)} of 2 subnets named sandbox-ecs-cde-<zone> in the VPC sandbox. Check their Name tags: tasks must span all zones."
    }
  }
}

data "aws_subnets" "ecs_general_subnets" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.vpc.id]
  }

  filter {
    name   = "tag:Name"
    values = ["sandbox-ecs-general-eu-west-1a", "sandbox-ecs-general-eu-west-1b"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.ids) == 2
      error_message = "Found ${length(self.ids)} of 2 subnets named sandbox-ecs-general-<zone> in the VPC sandbox. Check their Name tags: tasks must span all zones."
    }
  }
}

data "aws_vpc" "vpc" {
  state = "available"

  tags = {
    Name = "sandbox"
  }
}

resource "aws_autoscaling_group" "cde_instances" {
  health_check_type     = "EC2"
  max_size              = 4
  min_size              = 2
  name                  = "sandbox-ec2-cde"
  protect_from_scale_in = true
  vpc_zone_identifier   = data.aws_subnets.ecs_cde_subnets.ids

  launch_template {
    id      = aws_launch_template.cde_template.id
    version = "$Latest"
  }

  tag {
    key                 = "CardholderData"
    propagate_at_launch = true
    value               = "inside"
  }

  tag {
    key                 = "Environment"
    propagate_at_launch = true
    value               = "sandbox"
  }

  tag {
    key                 = "ManagedBy"
    propagate_at_launch = true
    value               = "terraform"
  }

  tag {
    key                 = "Name"
    propagate_at_launch = true
    value               = "sandbox-ec2-cde"
  }

  tag {
    key                 = "AmazonECSManaged"
    propagate_at_launch = true
    value               = "true"
  }

  lifecycle {
    ignore_changes = [desired_capacity]
  }

  depends_on = [aws_ecs_cluster.ec2_cluster, aws_iam_role_policy.cde_instance_policy]
}

resource "aws_autoscaling_group" "general_instances" {
  health_check_type     = "EC2"
  max_size              = 4
  min_size              = 2
  name                  = "sandbox-ec2-general"
  protect_from_scale_in = true
  vpc_zone_identifier   = data.aws_subnets.ecs_general_subnets.ids

  launch_template {
    id      = aws_launch_template.general_template.id
    version = "$Latest"
  }

  tag {
    key                 = "CardholderData"
    propagate_at_launch = true
    value               = "connected"
  }

  tag {
    key                 = "Environment"
    propagate_at_launch = true
    value               = "sandbox"
  }

  tag {
    key                 = "ManagedBy"
    propagate_at_launch = true
    value               = "terraform"
  }

  tag {
    key                 = "Name"
    propagate_at_launch = true
    value               = "sandbox-ec2-general"
  }

  tag {
    key                 = "AmazonECSManaged"
    propagate_at_launch = true
    value               = "true"
  }

  lifecycle {
    ignore_changes = [desired_capacity]
  }

  depends_on = [aws_ecs_cluster.ec2_cluster, aws_iam_role_policy.general_instance_policy]
}

resource "aws_cloudwatch_log_group" "adminusers_adot_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_adot_adminusers"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "adminusers"
  }
}

resource "aws_cloudwatch_log_group" "adminusers_app_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_app_adminusers"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "adminusers"
  }
}

resource "aws_cloudwatch_log_group" "adminusers_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_nginx-reverse-proxy_adminusers"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "adminusers"
  }
}

resource "aws_cloudwatch_log_group" "cardid_adot_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_adot_cardid"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "cardid"
  }
}

resource "aws_cloudwatch_log_group" "cardid_app_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_app_cardid"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "cardid"
  }
}

resource "aws_cloudwatch_log_group" "cardid_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_nginx-reverse-proxy_cardid"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "cardid"
  }
}

resource "aws_cloudwatch_log_group" "connector_adot_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_adot_connector"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "connector"
  }
}

resource "aws_cloudwatch_log_group" "connector_app_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_app_connector"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "connector"
  }
}

resource "aws_cloudwatch_log_group" "connector_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_nginx-reverse-proxy_connector"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "connector"
  }
}

resource "aws_cloudwatch_log_group" "ec2_exec_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_ecs-exec_ec2"
  retention_in_days = 365
}

resource "aws_cloudwatch_log_group" "egress_fargate_squid_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox-fargate_squid_egress"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "egress"
  }
}

resource "aws_cloudwatch_log_group" "egress_squid_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_squid_egress"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "egress"
  }
}

resource "aws_cloudwatch_log_group" "fargate_exec_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_ecs-exec_fargate"
  retention_in_days = 365
}

resource "aws_cloudwatch_log_group" "frontend_adot_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_adot_frontend"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "frontend"
  }
}

resource "aws_cloudwatch_log_group" "frontend_app_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_app_frontend"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "frontend"
  }
}

resource "aws_cloudwatch_log_group" "frontend_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_nginx-reverse-proxy_frontend"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "frontend"
  }
}

resource "aws_cloudwatch_log_group" "ledger_adot_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_adot_ledger"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "ledger"
  }
}

resource "aws_cloudwatch_log_group" "ledger_app_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_app_ledger"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "ledger"
  }
}

resource "aws_cloudwatch_log_group" "ledger_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_nginx-reverse-proxy_ledger"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "ledger"
  }
}

resource "aws_cloudwatch_log_group" "notifications_app_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_app_notifications"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "notifications"
  }
}

resource "aws_cloudwatch_log_group" "products_adot_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_adot_products"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "products"
  }
}

resource "aws_cloudwatch_log_group" "products_app_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_app_products"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "products"
  }
}

resource "aws_cloudwatch_log_group" "products_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_nginx-reverse-proxy_products"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "products"
  }
}

resource "aws_cloudwatch_log_group" "products_ui_adot_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_adot_products-ui"
  retention_in_days = 365

  tags = {
    CardholderData = "outside"
    Service        = "products-ui"
  }
}

resource "aws_cloudwatch_log_group" "products_ui_app_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_app_products-ui"
  retention_in_days = 365

  tags = {
    CardholderData = "outside"
    Service        = "products-ui"
  }
}

resource "aws_cloudwatch_log_group" "products_ui_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_nginx-reverse-proxy_products-ui"
  retention_in_days = 365

  tags = {
    CardholderData = "outside"
    Service        = "products-ui"
  }
}

resource "aws_cloudwatch_log_group" "publicapi_adot_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_adot_publicapi"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "publicapi"
  }
}

resource "aws_cloudwatch_log_group" "publicapi_app_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_app_publicapi"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "publicapi"
  }
}

resource "aws_cloudwatch_log_group" "publicapi_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.cde_key.arn
  name              = "sandbox_nginx-reverse-proxy_publicapi"
  retention_in_days = 365

  tags = {
    CardholderData = "inside"
    Service        = "publicapi"
  }
}

resource "aws_cloudwatch_log_group" "publicauth_adot_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_adot_publicauth"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "publicauth"
  }
}

resource "aws_cloudwatch_log_group" "publicauth_app_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_app_publicauth"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "publicauth"
  }
}

resource "aws_cloudwatch_log_group" "publicauth_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_nginx-reverse-proxy_publicauth"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "publicauth"
  }
}

resource "aws_cloudwatch_log_group" "selfservice_adot_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_adot_selfservice"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "selfservice"
  }
}

resource "aws_cloudwatch_log_group" "selfservice_app_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_app_selfservice"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "selfservice"
  }
}

resource "aws_cloudwatch_log_group" "selfservice_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_nginx-reverse-proxy_selfservice"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "selfservice"
  }
}

resource "aws_cloudwatch_log_group" "toolbox_adot_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_adot_toolbox"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "toolbox"
  }
}

resource "aws_cloudwatch_log_group" "toolbox_app_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_app_toolbox"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "toolbox"
  }
}

resource "aws_cloudwatch_log_group" "toolbox_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_nginx-reverse-proxy_toolbox"
  retention_in_days = 365

  tags = {
    CardholderData = "connected"
    Service        = "toolbox"
  }
}

resource "aws_cloudwatch_log_group" "webhooks_adot_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_adot_webhooks"
  retention_in_days = 365

  tags = {
    CardholderData = "outside"
    Service        = "webhooks"
  }
}

resource "aws_cloudwatch_log_group" "webhooks_app_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_app_webhooks"
  retention_in_days = 365

  tags = {
    CardholderData = "outside"
    Service        = "webhooks"
  }
}

resource "aws_cloudwatch_log_group" "webhooks_egress_fargate_squid_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox-fargate_squid_webhooks-egress"
  retention_in_days = 365

  tags = {
    CardholderData = "outside"
    Service        = "webhooks-egress"
  }
}

resource "aws_cloudwatch_log_group" "webhooks_egress_squid_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_squid_webhooks-egress"
  retention_in_days = 365

  tags = {
    CardholderData = "outside"
    Service        = "webhooks-egress"
  }
}

resource "aws_cloudwatch_log_group" "webhooks_nginx_reverse_proxy_log" {
  kms_key_id        = aws_kms_key.general_key.arn
  name              = "sandbox_nginx-reverse-proxy_webhooks"
  retention_in_days = 365

  tags = {
    CardholderData = "outside"
    Service        = "webhooks"
  }
}

resource "aws_ecs_capacity_provider" "cde_capacity" {
  name = "sandbox-ec2-cde"

  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.cde_instances.arn
    managed_draining               = "ENABLED"
    managed_termination_protection = "ENABLED"

    managed_scaling {
      status          = "ENABLED"
      target_capacity = 100
    }
  }
}

resource "aws_ecs_capacity_provider" "general_capacity" {
  name = "sandbox-ec2-general"

  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.general_instances.arn
    managed_draining               = "ENABLED"
    managed_termination_protection = "ENABLED"

    managed_scaling {
      status          = "ENABLED"
      target_capacity = 100
    }
  }
}

resource "aws_ecs_cluster" "ec2_cluster" {
  name = "sandbox-ec2"

  configuration {
    execute_command_configuration {
      kms_key_id = aws_kms_key.cde_key.arn
      logging    = "OVERRIDE"

      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = aws_cloudwatch_log_group.ec2_exec_log.name
      }
    }
  }

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster" "fargate_cluster" {
  name = "sandbox-fargate"

  configuration {
    execute_command_configuration {
      kms_key_id = aws_kms_key.cde_key.arn
      logging    = "OVERRIDE"

      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = aws_cloudwatch_log_group.fargate_exec_log.name
      }
    }
  }

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "ec2_capacity_providers" {
  cluster_name = aws_ecs_cluster.ec2_cluster.name

  capacity_providers = [
    aws_ecs_capacity_provider.cde_capacity.name,
    aws_ecs_capacity_provider.general_capacity.name,
  ]
}

resource "aws_ecs_cluster_capacity_providers" "fargate_capacity_providers" {
  capacity_providers = ["FARGATE"]
  cluster_name       = aws_ecs_cluster.fargate_cluster.name
}

resource "aws_iam_instance_profile" "cde_instance_profile" {
  name = "sandbox-ec2-cde-instance"
  role = aws_iam_role.cde_instance_role.name
}

resource "aws_iam_instance_profile" "general_instance_profile" {
  name = "sandbox-ec2-general-instance"
  role = aws_iam_role.general_instance_role.name
}

resource "aws_iam_role" "cde_instance_role" {
  name = "sandbox-ec2-cde-instance"

  assume_role_policy = jsonencode({
    Statement = [
      {
        Action = ["sts:AssumeRole"]
        Effect = "Allow"
        Principal = {
          Service = "ec2.amazonaws.com"
        }
        Sid = "AssumedByInstances"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_iam_role" "general_instance_role" {
  name = "sandbox-ec2-general-instance"

  assume_role_policy = jsonencode({
    Statement = [
      {
        Action = ["sts:AssumeRole"]
        Effect = "Allow"
        Principal = {
          Service = "ec2.amazonaws.com"
        }
        Sid = "AssumedByInstances"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_iam_role_policy" "cde_instance_policy" {
  name = "ecs-agent"
  role = aws_iam_role.cde_instance_role.name

  policy = jsonencode({
    Statement = [
      {
        Action = [
          "ecs:DeregisterContainerInstance",
          "ecs:RegisterContainerInstance",
          "ecs:SubmitAttachmentStateChanges",
          "ecs:SubmitContainerStateChange",
          "ecs:SubmitTaskStateChange",
        ]
        Effect   = "Allow"
        Resource = ["arn:aws:ecs:eu-west-1:555555555555:cluster/sandbox-ec2"]
        Sid      = "RegisterWithCluster"
      },
      {
        Action = ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"]
        Condition = {
          ArnEquals = {
            "ecs:cluster" = "arn:aws:ecs:eu-west-1:555555555555:cluster/sandbox-ec2"
          }
        }
        Effect   = "Allow"
        Resource = ["*"]
        Sid      = "RunAgent"
      },
      {
        Action   = ["ecs:DiscoverPollEndpoint"]
        Effect   = "Allow"
        Resource = ["*"]
        Sid      = "FindAgentEndpoint"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_iam_role_policy" "general_instance_policy" {
  name = "ecs-agent"
  role = aws_iam_role.general_instance_role.name

  policy = jsonencode({
    Statement = [
      {
        Action = [
          "ecs:DeregisterContainerInstance",
          "ecs:RegisterContainerInstance",
          "ecs:SubmitAttachmentStateChanges",
          "ecs:SubmitContainerStateChange",
          "ecs:SubmitTaskStateChange",
        ]
        Effect   = "Allow"
        Resource = ["arn:aws:ecs:eu-west-1:555555555555:cluster/sandbox-ec2"]
        Sid      = "RegisterWithCluster"
      },
      {
        Action = ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"]
        Condition = {
          ArnEquals = {
            "ecs:cluster" = "arn:aws:ecs:eu-west-1:555555555555:cluster/sandbox-ec2"
          }
        }
        Effect   = "Allow"
        Resource = ["*"]
        Sid      = "RunAgent"
      },
      {
        Action   = ["ecs:DiscoverPollEndpoint"]
        Effect   = "Allow"
        Resource = ["*"]
        Sid      = "FindAgentEndpoint"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_kms_alias" "alarms_alias" {
  name          = "alias/sandbox-alarms"
  target_key_id = aws_kms_key.alarms_key.key_id
}

resource "aws_kms_alias" "cde_alias" {
  name          = "alias/sandbox-cde"
  target_key_id = aws_kms_key.cde_key.key_id
}

resource "aws_kms_alias" "general_alias" {
  name          = "alias/sandbox-general"
  target_key_id = aws_kms_key.general_key.key_id
}

resource "aws_kms_key" "alarms_key" {
  deletion_window_in_days = 30
  description             = "Alarms of sandbox"
  enable_key_rotation     = true

  policy = jsonencode({
    Statement = [
      {
        Action = ["kms:*"]
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::555555555555:root"
        }
        Resource = ["*"]
        Sid      = "AdministeredByAccount"
      },
      {
        Action = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "555555555555"
          }
        }
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Resource = ["*"]
        Sid      = "SendsAlarms"
      },
      {
        Action = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Resource = ["*"]
        Sid      = "SendsFindings"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_kms_key" "cde_key" {
  deletion_window_in_days = 30
  description             = "Logs of sandbox, cde"
  enable_key_rotation     = true

  policy = jsonencode({
    Statement = [
      {
        Action = ["kms:*"]
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::555555555555:root"
        }
        Resource = ["*"]
        Sid      = "AdministeredByAccount"
      },
      {
        Action = [
          "kms:Decrypt*",
          "kms:Describe*",
          "kms:Encrypt*",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
        ]
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-west-1:555555555555:log-group:*"
          }
        }
        Effect = "Allow"
        Principal = {
          Service = "logs.eu-west-1.amazonaws.com"
        }
        Resource = ["*"]
        Sid      = "EncryptsLogs"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_kms_key" "general_key" {
  deletion_window_in_days = 30
  description             = "Logs of sandbox, general"
  enable_key_rotation     = true

  policy = jsonencode({
    Statement = [
      {
        Action = ["kms:*"]
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws:iam::555555555555:root"
        }
        Resource = ["*"]
        Sid      = "AdministeredByAccount"
      },
      {
        Action = [
          "kms:Decrypt*",
          "kms:Describe*",
          "kms:Encrypt*",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
        ]
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-west-1:555555555555:log-group:*"
          }
        }
        Effect = "Allow"
        Principal = {
          Service = "logs.eu-west-1.amazonaws.com"
        }
        Resource = ["*"]
        Sid      = "EncryptsLogs"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_launch_template" "cde_template" {
  ebs_optimized          = "true"
  image_id               = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
  instance_type          = "m7g.2xlarge"
  name                   = "sandbox-ec2-cde"
  update_default_version = true
  user_data              = base64encode(join("\n", local.cde_user_data))
  vpc_security_group_ids = data.aws_security_groups.cde_security_groups.ids

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      delete_on_termination = "true"
      encrypted             = "true"
      volume_size           = 50
      volume_type           = "gp3"
    }
  }

  iam_instance_profile {
    arn = aws_iam_instance_profile.cde_instance_profile.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 1
    http_tokens                 = "required"
  }

  monitoring {
    enabled = true
  }

  tag_specifications {
    resource_type = "volume"

    tags = {
      CardholderData = "inside"
      Environment    = "sandbox"
      ManagedBy      = "terraform"
      Name           = "sandbox-ec2-cde"
    }
  }
}

resource "aws_launch_template" "general_template" {
  ebs_optimized          = "true"
  image_id               = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
  instance_type          = "m7g.2xlarge"
  name                   = "sandbox-ec2-general"
  update_default_version = true
  user_data              = base64encode(join("\n", local.general_user_data))
  vpc_security_group_ids = data.aws_security_groups.general_security_groups.ids

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      delete_on_termination = "true"
      encrypted             = "true"
      volume_size           = 50
      volume_type           = "gp3"
    }
  }

  iam_instance_profile {
    arn = aws_iam_instance_profile.general_instance_profile.arn
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 1
    http_tokens                 = "required"
  }

  monitoring {
    enabled = true
  }

  tag_specifications {
    resource_type = "volume"

    tags = {
      CardholderData = "connected"
      Environment    = "sandbox"
      ManagedBy      = "terraform"
      Name           = "sandbox-ec2-general"
    }
  }
}

resource "aws_sns_topic" "critical_topic" {
  kms_master_key_id = aws_kms_key.alarms_key.arn
  name              = "sandbox-alarms-critical"
}

resource "aws_sns_topic" "warning_topic" {
  kms_master_key_id = aws_kms_key.alarms_key.arn
  name              = "sandbox-alarms-warning"
}

resource "aws_sns_topic_policy" "critical_topic_policy" {
  arn = aws_sns_topic.critical_topic.arn

  policy = jsonencode({
    Statement = [
      {
        Action = ["sns:Publish"]
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "555555555555"
          }
        }
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Resource = [aws_sns_topic.critical_topic.arn]
        Sid      = "SendsAlarms"
      },
      {
        Action = ["sns:Publish"]
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Resource = [aws_sns_topic.critical_topic.arn]
        Sid      = "TellsFindings"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_sns_topic_policy" "warning_topic_policy" {
  arn = aws_sns_topic.warning_topic.arn

  policy = jsonencode({
    Statement = [
      {
        Action = ["sns:Publish"]
        Condition = {
          StringEquals = {
            "aws:SourceAccount" = "555555555555"
          }
        }
        Effect = "Allow"
        Principal = {
          Service = "cloudwatch.amazonaws.com"
        }
        Resource = [aws_sns_topic.warning_topic.arn]
        Sid      = "SendsAlarms"
      },
      {
        Action = ["sns:Publish"]
        Effect = "Allow"
        Principal = {
          Service = "events.amazonaws.com"
        }
        Resource = [aws_sns_topic.warning_topic.arn]
        Sid      = "TellsFindings"
      },
    ]
    Version = "2012-10-17"
  })
}
