terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  backend "local" {
    path = "../../../.sandbox/state/sandbox-webhooks-egress-ec2.tfstate"
  }
}

provider "aws" {
  allowed_account_ids = ["555555555555"]
  region              = "eu-west-1"

  default_tags {
    tags = {
      CardholderData = "outside"
      Environment    = "sandbox"
      ManagedBy      = "terraform"
      Production     = "false"
      Service        = "webhooks-egress"
      Side           = "ec2"
      Stack          = "sandbox-webhooks-egress-ec2"
    }
  }
}

variable "application_image_tag" {
  description = "The image's tag in ECR, or its sha256: digest; passed with -var."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(sha256:[0-9a-f]{64}|[A-Za-z0-9_][A-Za-z0-9._-]{0,127})$", var.application_image_tag))
    error_message = "application_image_tag must be a tag such as 123-release, or a digest: sha256: and 64 digits in lower-case hexadecimal."
  }

  validation {
    condition     = can(regex("[0-9]|^[a-f]{7,40}$", var.application_image_tag))
    error_message = "application_image_tag must name one release: a tag that moves hides which release runs, and no rollback can return to it."
  }

  validation {
    condition     = !can(regex("(?i)(^|[._-])(latest|main|master|trunk|head|edge|stable|nightly|snapshot|dev|develop|current|prod|production|staging|live|lts)([._-]|$)", var.application_image_tag))
    error_message = "application_image_tag must name one release: a tag that moves hides which release runs, and no rollback can return to it."
  }

  validation {
    condition     = !can(regex("(?i)(^|[0-9._-])(alpha|beta|canary|next|preview|rc)$|^v?(20)?[0-9]{1,2}([.][0-9]+)?([.-](x|alpine|slim|jre|jdk|bookworm))*$", var.application_image_tag))
    error_message = "application_image_tag must name one release: a tag that moves hides which release runs, and no rollback can return to it."
  }
}

locals {
  required_parameters   = ["/sandbox/webhooks-egress/SQUID_CONFIG"]
  webhooks_egress_image = "555555555555.dkr.ecr.eu-west-1.amazonaws.com/govukpay/webhooks-egress${startswith(var.application_image_tag, "sha256:") ? "@" : ":"}${var.application_image_tag}"
}

moved {
  from = aws_lb.alb
  to   = aws_lb.nlb
}

removed {
  from = aws_cloudwatch_log_group.squid_log

  lifecycle {
    destroy = false
  }
}

data "aws_ecs_cluster" "cluster" {
  cluster_name = "sandbox-ec2"
}

data "aws_route_table" "webhooks_egress_subnets_routes" {
  for_each = { for subnet, own in data.aws_route_tables.webhooks_egress_subnets_route_tables : subnet => concat(own.ids, [data.aws_vpc.vpc.main_route_table_id])[0] }

  route_table_id = each.value

  lifecycle {
    postcondition {
      condition     = length([for route in self.routes : route.gateway_id if can(regex("^igw-", route.gateway_id))]) == 0
      error_message = "Subnet ${each.key} (sandbox-webhooks-egress-<zone>) is not private: its route table ${each.value} leads to an internet gateway. Check its routes (PCI DSS v4.0.1, 1.4.4)."
    }
  }
}

data "aws_route_tables" "webhooks_egress_subnets_route_tables" {
  for_each = toset(data.aws_subnets.webhooks_egress_subnets.ids)

  filter {
    name   = "association.subnet-id"
    values = [each.value]
  }
}

data "aws_security_groups" "nlb_security_groups" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.vpc.id]
  }

  filter {
    name   = "group-name"
    values = ["sandbox-webhooks-egress-alb-sg"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.ids) == 1
      error_message = "Found ${length(self.ids)} of 1 security groups named sandbox-webhooks-egress-alb-sg in the VPC sandbox. Create what is missing there."
    }
  }
}

data "aws_sns_topic" "critical_topic" {
  name = "sandbox-alarms-critical"
}

data "aws_ssm_parameters_by_path" "parameters" {
  path            = "/sandbox/webhooks-egress"
  with_decryption = false

  lifecycle {
    postcondition {
      condition     = length(setsubtract(local.required_parameters, self.names)) == 0
      error_message = "Parameter Store lacks ${join(", ", setsubtract(local.required_parameters, self.names))}. Create each as a String, or a task cannot start."
    }

    postcondition {
      condition     = can(regex("(?m)^shutdown_lifetime 30 seconds$", base64decode(self.values[index(self.names, "/sandbox/webhooks-egress/SQUID_CONFIG")])))
      error_message = "The squid.conf in /sandbox/webhooks-egress/SQUID_CONFIG lacks the line `shutdown_lifetime 30 seconds`. Check it and add the line: squid cuts calls when it stops."
    }
  }
}

data "aws_subnet" "webhooks_egress_subnets_each" {
  for_each = toset(data.aws_subnets.webhooks_egress_subnets.ids)

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == data.aws_vpc.vpc.id
      error_message = "Subnet ${self.id} (sandbox-webhooks-egress-<zone>) is in VPC ${self.vpc_id}, not in sandbox. Check which VPC it belongs to."
    }

    postcondition {
      condition     = endswith(lookup(self.tags, "Name", ""), self.availability_zone)
      error_message = "Subnet ${self.id} (sandbox-webhooks-egress-<zone>) is in zone ${self.availability_zone}, which its name does not say. Check the Name tag, and the zone."
    }
  }
}

data "aws_subnets" "webhooks_egress_subnets" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.vpc.id]
  }

  filter {
    name   = "tag:Name"
    values = ["sandbox-webhooks-egress-eu-west-1a", "sandbox-webhooks-egress-eu-west-1b"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.ids) == 2
      error_message = "Found ${length(self.ids)} of 2 subnets named sandbox-webhooks-egress-<zone> in the VPC sandbox. Check their Name tags: tasks must span all zones."
    }
  }
}

data "aws_vpc" "vpc" {
  state = "available"

  tags = {
    Name = "sandbox"
  }
}

resource "aws_cloudwatch_metric_alarm" "healthy_hosts_alarm" {
  alarm_actions       = [data.aws_sns_topic.critical_topic.arn]
  alarm_description   = "Fewer than 2 healthy tasks of webhooks-egress on ec2 for 5 minutes: too few to take the daily peak alone."
  alarm_name          = "sandbox-webhooks-egress-ec2-healthy-hosts"
  comparison_operator = "LessThanThreshold"
  datapoints_to_alarm = 5
  evaluation_periods  = 10
  metric_name         = "HealthyHostCount"
  namespace           = "AWS/NetworkELB"
  ok_actions          = [data.aws_sns_topic.critical_topic.arn]
  period              = 60
  statistic           = "Minimum"
  threshold           = 2
  treat_missing_data  = "breaching"

  dimensions = {
    LoadBalancer = aws_lb.nlb.arn_suffix
    TargetGroup  = aws_lb_target_group.target_group.arn_suffix
  }
}

resource "aws_cloudwatch_metric_alarm" "resets_alarm" {
  alarm_actions       = [data.aws_sns_topic.critical_topic.arn]
  alarm_description   = "More than 5 % of the connections to webhooks-egress on ec2 are reset in 2 of 3 periods of 15 minutes."
  alarm_name          = "sandbox-webhooks-egress-ec2-resets"
  comparison_operator = "GreaterThanThreshold"
  datapoints_to_alarm = 2
  evaluation_periods  = 3
  ok_actions          = [data.aws_sns_topic.critical_topic.arn]
  threshold           = 5
  treat_missing_data  = "notBreaching"

  metric_query {
    expression  = "IF(FILL(connections,0)>=20,100*(FILL(target_resets,0)+FILL(elb_resets,0))/FILL(connections,0),0)"
    id          = "reset_percent"
    label       = "reset connections, per cent"
    return_data = true
  }

  metric_query {
    id = "connections"

    metric {
      metric_name = "NewFlowCount"
      namespace   = "AWS/NetworkELB"
      period      = 900
      stat        = "Sum"

      dimensions = {
        LoadBalancer = aws_lb.nlb.arn_suffix
      }
    }
  }

  metric_query {
    id = "elb_resets"

    metric {
      metric_name = "TCP_ELB_Reset_Count"
      namespace   = "AWS/NetworkELB"
      period      = 900
      stat        = "Sum"

      dimensions = {
        LoadBalancer = aws_lb.nlb.arn_suffix
      }
    }
  }

  metric_query {
    id = "target_resets"

    metric {
      metric_name = "TCP_Target_Reset_Count"
      namespace   = "AWS/NetworkELB"
      period      = 900
      stat        = "Sum"

      dimensions = {
        LoadBalancer = aws_lb.nlb.arn_suffix
      }
    }
  }
}

resource "aws_ecs_service" "service" {
  availability_zone_rebalancing      = "DISABLED"
  cluster                            = data.aws_ecs_cluster.cluster.arn
  deployment_maximum_percent         = 200
  deployment_minimum_healthy_percent = 100
  desired_count                      = 2
  enable_ecs_managed_tags            = true
  health_check_grace_period_seconds  = 60
  launch_type                        = "EC2"
  name                               = "webhooks-egress"
  propagate_tags                     = "SERVICE"
  task_definition                    = aws_ecs_task_definition.task.arn
  wait_for_steady_state              = true

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  load_balancer {
    container_name   = "webhooks-egress"
    container_port   = 8080
    target_group_arn = aws_lb_target_group.target_group.arn
  }

  ordered_placement_strategy {
    field = "attribute:ecs.availability-zone"
    type  = "spread"
  }

  ordered_placement_strategy {
    field = "memory"
    type  = "binpack"
  }

  placement_constraints {
    expression = "attribute:segment == general"
    type       = "memberOf"
  }

  timeouts {
    create = "20m"
    delete = "20m"
    update = "20m"
  }

  lifecycle {
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.task.arn
      error_message = "The deployment of webhooks-egress was rolled back: ${self.task_definition} runs. Read the stopped tasks' reasons and logs, then deploy a release that starts."
    }
  }

  depends_on = [aws_lb_listener.tcp, aws_iam_role_policy.execution_policy]
}

resource "aws_ecs_task_definition" "task" {
  execution_role_arn       = aws_iam_role.execution_role.arn
  family                   = "sandbox_webhooks-egress"
  memory                   = "512"
  network_mode             = "bridge"
  requires_compatibilities = ["EC2"]
  skip_destroy             = true
  task_role_arn            = aws_iam_role.task_role.arn

  container_definitions = jsonencode([
    {
      cpu       = 256
      essential = true
      image     = local.webhooks_egress_image
      linuxParameters = {
        capabilities = {
          add  = []
          drop = ["ALL"]
        }
      }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "sandbox_squid_webhooks-egress"
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "ec2"
          max-buffer-size       = "25m"
          mode                  = "non-blocking"
        }
      }
      memory = 512
      mountPoints = [
        { containerPath = "/tmp", sourceVolume = "webhooks-egress-tmp" },
        { containerPath = "/etc/squid", sourceVolume = "webhooks-egress-etc-squid" },
        { containerPath = "/run/squid", sourceVolume = "webhooks-egress-run-squid" },
        { containerPath = "/var/cache/squid", sourceVolume = "webhooks-egress-var-cache-squid" },
        { containerPath = "/var/log/squid", sourceVolume = "webhooks-egress-var-log-squid" },
      ]
      name = "webhooks-egress"
      portMappings = [
        { containerPort = 8080 },
      ]
      readonlyRootFilesystem = true
      secrets = [
        { name = "SQUID_CONFIG", valueFrom = "arn:aws:ssm:eu-west-1:555555555555:parameter/sandbox/webhooks-egress/SQUID_CONFIG" },
      ]
      stopTimeout = 40
      user        = "31:31"
    },
  ])

  volume {
    name = "webhooks-egress-tmp"
  }

  volume {
    name = "webhooks-egress-etc-squid"
  }

  volume {
    name = "webhooks-egress-run-squid"
  }

  volume {
    name = "webhooks-egress-var-cache-squid"
  }

  volume {
    name = "webhooks-egress-var-log-squid"
  }
}

resource "aws_iam_role" "execution_role" {
  name = "sandbox-webhooks-egress-ec2-execution"

  assume_role_policy = jsonencode({
    Statement = [
      {
        Action = ["sts:AssumeRole"]
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:aws:ecs:eu-west-1:555555555555:*"
          }
          StringEquals = {
            "aws:SourceAccount" = "555555555555"
          }
        }
        Effect = "Allow"
        Principal = {
          Service = "ecs-tasks.amazonaws.com"
        }
        Sid = "AssumedByService"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_iam_role" "task_role" {
  name = "sandbox-webhooks-egress-ec2-task"

  assume_role_policy = jsonencode({
    Statement = [
      {
        Action = ["sts:AssumeRole"]
        Condition = {
          ArnLike = {
            "aws:SourceArn" = "arn:aws:ecs:eu-west-1:555555555555:*"
          }
          StringEquals = {
            "aws:SourceAccount" = "555555555555"
          }
        }
        Effect = "Allow"
        Principal = {
          Service = "ecs-tasks.amazonaws.com"
        }
        Sid = "AssumedByService"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_iam_role_policy" "execution_policy" {
  name = "execution-policy"
  role = aws_iam_role.execution_role.name

  policy = jsonencode({
    Statement = [
      {
        Action   = ["ecr:GetAuthorizationToken"]
        Effect   = "Allow"
        Resource = ["*"]
        Sid      = "LogInToEcr"
      },
      {
        Action = [
          "ecr:BatchCheckLayerAvailability",
          "ecr:BatchGetImage",
          "ecr:GetDownloadUrlForLayer",
        ]
        Effect   = "Allow"
        Resource = ["arn:aws:ecr:eu-west-1:555555555555:repository/govukpay/webhooks-egress"]
        Sid      = "PullImages"
      },
      {
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Effect   = "Allow"
        Resource = ["arn:aws:logs:eu-west-1:555555555555:log-group:sandbox_squid_webhooks-egress:*"]
        Sid      = "WriteLogs"
      },
      {
        Action = ["ssm:GetParameters"]
        Effect = "Allow"
        Resource = [
          "arn:aws:ssm:eu-west-1:555555555555:parameter/sandbox/webhooks-egress/SQUID_CONFIG",
        ]
        Sid = "ReadParameters"
      },
    ]
    Version = "2012-10-17"
  })
}

resource "aws_lb" "nlb" {
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = false
  internal                         = true
  load_balancer_type               = "network"
  name                             = "sandbox-webhooks-egress-alb"
  security_groups                  = data.aws_security_groups.nlb_security_groups.ids
  subnets                          = data.aws_subnets.webhooks_egress_subnets.ids
}

resource "aws_lb_listener" "tcp" {
  load_balancer_arn = aws_lb.nlb.arn
  port              = 8080
  protocol          = "TCP"

  default_action {
    target_group_arn = aws_lb_target_group.target_group.arn
    type             = "forward"
  }
}

resource "aws_lb_target_group" "target_group" {
  deregistration_delay = "40"
  name                 = "sandbox-webhooks-egress-tg"
  port                 = 8080
  preserve_client_ip   = "false"
  protocol             = "TCP"
  target_type          = "instance"
  vpc_id               = data.aws_vpc.vpc.id

  health_check {
    healthy_threshold   = 2
    interval            = 10
    port                = "traffic-port"
    protocol            = "TCP"
    unhealthy_threshold = 3
  }

  target_group_health {
    dns_failover {
      minimum_healthy_targets_count = "1"
    }

    unhealthy_state_routing {
      minimum_healthy_targets_count = 1
    }
  }
}
