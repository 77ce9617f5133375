# Every resource type of the project, on both launch types, so that a gap in the sandbox shows here.
# The existing estate is that of the environment `sandbox`, from sandbox.estate.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["555555555555"]
  default_tags {
    tags = { Environment = "sandbox" }
  }
}

variable "image_tag" {
  type    = string
  default = "1-sandbox"
}

variable "tasks" {
  type    = number
  default = 2
}

variable "weights" {
  type    = object({ ec2 = number, fargate = number })
  default = { ec2 = 100, fargate = 0 }
}

variable "weighted" {
  type    = bool
  default = true
}

locals {
  region  = "eu-west-1"
  account = data.aws_caller_identity.this.account_id
  container = {
    name                   = "nginx"
    image                  = "555555555555.dkr.ecr.eu-west-1.amazonaws.com/govukpay/docker-nginx-proxy:${var.image_tag}"
    cpu                    = 128
    memory                 = 256
    essential              = true
    readonlyRootFilesystem = true
    user                   = "1000"
    stopTimeout            = 45
    environment            = [{ name = "PORT", value = "9000" }]
    linuxParameters        = { capabilities = { add = [], drop = ["ALL"] }, initProcessEnabled = true }
    mountPoints            = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
    secrets                = [{ name = "SENTRY_DSN", valueFrom = "${data.aws_secretsmanager_secret.this.arn}:SENTRY_DSN::" }]
    logConfiguration = {
      logDriver = "awslogs"
      options   = { "awslogs-group" = aws_cloudwatch_log_group.this.name, "awslogs-region" = local.region, "awslogs-stream-prefix" = "app" }
    }
  }
}

data "aws_caller_identity" "this" {}

data "aws_vpc" "this" {
  tags = { Name = "sandbox" }
}

data "aws_subnets" "this" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.this.id]
  }
  filter {
    name   = "tag:Name"
    values = ["sandbox-connector-eu-west-1a", "sandbox-connector-eu-west-1b"]
  }
}

data "aws_subnet" "each" {
  for_each = toset(data.aws_subnets.this.ids)
  id       = each.value
}

data "aws_security_groups" "this" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.this.id]
  }
  filter {
    name   = "group-name"
    values = ["sandbox-connector-sg"]
  }
}

data "aws_security_group" "this" {
  vpc_id = data.aws_vpc.this.id
  name   = "sandbox-connector-sg"
}

data "aws_db_instance" "this" {
  db_instance_identifier = "sandbox-connector-rds-0"
}

data "aws_route53_zone" "this" {
  name         = "sandbox.pymnt.internal."
  private_zone = true
}

data "aws_acm_certificate" "this" {
  domain      = "*.sandbox.pymnt.internal"
  key_types   = ["EC_prime256v1"]
  statuses    = ["ISSUED"]
  most_recent = true
}

data "aws_wafv2_web_acl" "this" {
  name  = "sandbox"
  scope = "REGIONAL"
}

data "aws_secretsmanager_secret" "this" {
  name = "sandbox/connector"
}

data "aws_ssm_parameter" "ami" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
}

data "aws_ssm_parameters_by_path" "this" {
  path = "/sandbox/connector"
}

data "aws_sqs_queue" "this" {
  name = "sandbox-capture"
}

data "aws_sns_topic" "this" {
  name = "sandbox-card-payment-events"
}

data "aws_s3_bucket" "this" {
  bucket = "pay-sandbox-alb-access-logs"
}

data "aws_ecr_repository" "this" {
  name = "govukpay/connector"
}

data "aws_kms_alias" "aws_sqs" {
  name = "alias/sandbox-existing-secrets"
}

data "aws_kms_key" "existing" {
  key_id = data.aws_kms_alias.aws_sqs.target_key_arn
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_kms_key" "this" {
  description             = "sandbox"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "root", Effect = "Allow", Principal = { AWS = "arn:aws:iam::555555555555:root" }, Action = "kms:*", Resource = "*" }]
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/sandbox-general"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_sns_topic" "this" {
  name              = "sandbox-alarms-critical"
  kms_master_key_id = aws_kms_key.this.arn
}

resource "aws_sns_topic_policy" "this" {
  arn = aws_sns_topic.this.arn
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "alarms", Effect = "Allow", Principal = { Service = "cloudwatch.amazonaws.com" }, Action = "sns:Publish", Resource = aws_sns_topic.this.arn }]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "sandbox_app_connector"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.this.arn
}

resource "aws_cloudwatch_log_group" "kept" {
  name              = "sandbox_nginx-reverse-proxy_connector"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.this.arn
  skip_destroy      = true
}

resource "aws_iam_role" "task" {
  name               = "sandbox-connector-task"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "task" {
  name = "task"
  role = aws_iam_role.task.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["sqs:SendMessage"], Resource = [data.aws_sqs_queue.this.arn] }]
  })
}

resource "aws_iam_role_policy_attachment" "instance" {
  role       = aws_iam_role.task.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}

resource "aws_iam_instance_profile" "this" {
  name = "sandbox-instance"
  role = aws_iam_role.task.name
}

resource "aws_launch_template" "this" {
  name                   = "sandbox-ec2-general"
  image_id               = "resolve:ssm:${data.aws_ssm_parameter.ami.name}"
  instance_type          = "m6g.large"
  update_default_version = true
  ebs_optimized          = true
  vpc_security_group_ids = data.aws_security_groups.this.ids
  user_data = base64encode(join("\n", [
    "#!/bin/sh",
    "echo 'ECS_CLUSTER=sandbox-ec2' >> /etc/ecs/ecs.config",
    "echo 'ECS_INSTANCE_ATTRIBUTES={\"segment\":\"general\"}' >> /etc/ecs/ecs.config",
  ]))
  iam_instance_profile {
    arn = aws_iam_instance_profile.this.arn
  }
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  monitoring {
    enabled = true
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      encrypted             = true
      delete_on_termination = true
      volume_type           = "gp3"
      volume_size           = 50
    }
  }
}

resource "aws_autoscaling_group" "this" {
  name                  = "sandbox-ec2-general"
  min_size              = 2
  max_size              = 4
  vpc_zone_identifier   = data.aws_subnets.this.ids
  health_check_type     = "EC2"
  protect_from_scale_in = true
  launch_template {
    id      = aws_launch_template.this.id
    version = "$Latest"
  }
  tag {
    key                 = "AmazonECSManaged"
    value               = "true"
    propagate_at_launch = true
  }
  lifecycle {
    ignore_changes = [desired_capacity]
  }
}

resource "aws_ecs_cluster" "ec2" {
  name = "sandbox-ec2"
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
  configuration {
    execute_command_configuration {
      kms_key_id = aws_kms_key.this.arn
      logging    = "OVERRIDE"
      log_configuration {
        cloud_watch_encryption_enabled = true
        cloud_watch_log_group_name     = aws_cloudwatch_log_group.this.name
      }
    }
  }
}

resource "aws_ecs_cluster" "fargate" {
  name = "sandbox-fargate"
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_capacity_provider" "this" {
  name = "sandbox-ec2-general"
  auto_scaling_group_provider {
    auto_scaling_group_arn         = aws_autoscaling_group.this.arn
    managed_draining               = "ENABLED"
    managed_termination_protection = "ENABLED"
    managed_scaling {
      status          = "ENABLED"
      target_capacity = 100
    }
  }
}

resource "aws_ecs_cluster_capacity_providers" "ec2" {
  cluster_name       = aws_ecs_cluster.ec2.name
  capacity_providers = [aws_ecs_capacity_provider.this.name]
}

resource "aws_ecs_cluster_capacity_providers" "fargate" {
  cluster_name       = aws_ecs_cluster.fargate.name
  capacity_providers = ["FARGATE"]
  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

resource "aws_ecs_task_definition" "ec2" {
  family                   = "sandbox_connector"
  requires_compatibilities = ["EC2"]
  network_mode             = "bridge"
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.task.arn
  container_definitions = jsonencode([merge(local.container, {
    portMappings = [{ containerPort = 10443, hostPort = 0, protocol = "tcp" }]
  })])
  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }
  volume {
    name = "tmp"
  }
}

resource "aws_ecs_task_definition" "fargate" {
  family                   = "sandbox_connector_FG"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"
  task_role_arn            = aws_iam_role.task.arn
  execution_role_arn       = aws_iam_role.task.arn
  container_definitions = jsonencode([merge(local.container, {
    portMappings = [{ containerPort = 10443, protocol = "tcp" }]
  })])
  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }
  volume {
    name = "tmp"
  }
}

resource "aws_lb" "alb" {
  for_each                   = toset(["ec2", "fargate"])
  name                       = "sandbox-connector-${each.key}"
  load_balancer_type         = "application"
  internal                   = true
  subnets                    = data.aws_subnets.this.ids
  security_groups            = data.aws_security_groups.this.ids
  client_keep_alive          = 300
  desync_mitigation_mode     = "defensive"
  drop_invalid_header_fields = true
  enable_deletion_protection = false
  idle_timeout               = 60
  access_logs {
    bucket  = data.aws_s3_bucket.this.bucket
    prefix  = "alb"
    enabled = true
  }
}

resource "aws_lb" "nlb" {
  name                             = "sandbox-egress"
  load_balancer_type               = "network"
  internal                         = true
  subnets                          = data.aws_subnets.this.ids
  security_groups                  = data.aws_security_groups.this.ids
  enable_cross_zone_load_balancing = true
  access_logs {
    bucket  = data.aws_s3_bucket.this.bucket
    prefix  = "alb"
    enabled = true
  }
}

resource "aws_lb_target_group" "alb" {
  for_each             = { ec2 = "instance", fargate = "ip" }
  name                 = "sandbox-connector-${each.key}"
  target_type          = each.value
  port                 = 10443
  protocol             = "HTTPS"
  vpc_id               = data.aws_vpc.this.id
  deregistration_delay = "45"
  health_check {
    protocol            = "HTTPS"
    port                = "traffic-port"
    path                = "/healthcheck"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
  target_group_health {
    dns_failover {
      minimum_healthy_targets_count = "2"
    }
    unhealthy_state_routing {
      minimum_healthy_targets_count = 1
    }
  }
}

resource "aws_lb_target_group" "nlb" {
  name        = "sandbox-egress"
  target_type = "ip"
  port        = 8080
  protocol    = "TCP"
  vpc_id      = data.aws_vpc.this.id
  health_check {
    protocol            = "TCP"
    port                = "traffic-port"
    interval            = 10
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
  target_group_health {
    dns_failover {
      minimum_healthy_targets_count = "2"
    }
    unhealthy_state_routing {
      minimum_healthy_targets_count = 1
    }
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_lb.alb["fargate"].arn
  web_acl_arn  = data.aws_wafv2_web_acl.this.arn
}

resource "aws_lb_listener" "https" {
  for_each          = aws_lb.alb
  load_balancer_arn = each.value.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = data.aws_acm_certificate.this.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.alb[each.key].arn
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.alb["fargate"].arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "tcp" {
  load_balancer_arn = aws_lb.nlb.arn
  port              = 8080
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.nlb.arn
  }
}

resource "aws_ecs_service" "ec2" {
  name                               = "connector"
  cluster                            = aws_ecs_cluster.ec2.arn
  task_definition                    = aws_ecs_task_definition.ec2.arn
  desired_count                      = var.tasks
  launch_type                        = "EC2"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  health_check_grace_period_seconds  = 120
  propagate_tags                     = "SERVICE"
  wait_for_steady_state              = true
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  ordered_placement_strategy {
    type  = "spread"
    field = "attribute:ecs.availability-zone"
  }
  ordered_placement_strategy {
    type  = "binpack"
    field = "memory"
  }
  placement_constraints {
    type       = "memberOf"
    expression = "attribute:segment == general"
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.alb["ec2"].arn
    container_name   = "nginx"
    container_port   = 10443
  }
  timeouts {
    create = "3m"
    update = "3m"
  }
  depends_on = [aws_lb_listener.https, aws_autoscaling_group.this]
}

resource "aws_ecs_service" "fargate" {
  name                               = "connector"
  cluster                            = aws_ecs_cluster.fargate.arn
  task_definition                    = aws_ecs_task_definition.fargate.arn
  desired_count                      = var.tasks
  launch_type                        = "FARGATE"
  platform_version                   = "LATEST"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  health_check_grace_period_seconds  = 120
  propagate_tags                     = "SERVICE"
  wait_for_steady_state              = true
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  network_configuration {
    subnets          = data.aws_subnets.this.ids
    security_groups  = data.aws_security_groups.this.ids
    assign_public_ip = false
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.alb["fargate"].arn
    container_name   = "nginx"
    container_port   = 10443
  }
  timeouts {
    create = "3m"
    update = "3m"
  }
  depends_on = [aws_lb_listener.https]
  lifecycle {
    ignore_changes = [desired_count]
    postcondition {
      condition     = self.task_definition == aws_ecs_task_definition.fargate.arn
      error_message = "The deployment was rolled back."
    }
  }
}

resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/sandbox-fargate/connector"
  min_capacity       = 2
  max_capacity       = 8
  depends_on         = [aws_ecs_service.fargate]
}

resource "aws_appautoscaling_policy" "this" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = aws_appautoscaling_target.this.resource_id
  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_in_cooldown  = 300
    scale_out_cooldown = 60
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_scheduled_action" "this" {
  name               = "night"
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = aws_appautoscaling_target.this.resource_id
  schedule           = "cron(0 22 * * ? *)"
  timezone           = "Europe/London"
  scalable_target_action {
    min_capacity = 2
  }
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "sandbox-connector-errors"
  alarm_description   = "More than 1 % of the requests fail."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  evaluation_periods  = 5
  datapoints_to_alarm = 3
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.this.arn]
  ok_actions          = [aws_sns_topic.this.arn]
  metric_query {
    id          = "rate"
    expression  = "IF(FILL(requests,0) >= 20, 100 * FILL(errors,0) / requests, 0)"
    label       = "errors in per cent"
    return_data = true
  }
  metric_query {
    id = "errors"
    metric {
      namespace   = "AWS/ApplicationELB"
      metric_name = "HTTPCode_Target_5XX_Count"
      period      = 60
      stat        = "Sum"
      dimensions  = { LoadBalancer = aws_lb.alb["fargate"].arn_suffix }
    }
  }
  metric_query {
    id = "requests"
    metric {
      namespace   = "AWS/ApplicationELB"
      metric_name = "RequestCount"
      period      = 60
      stat        = "Sum"
      dimensions  = { LoadBalancer = aws_lb.alb["fargate"].arn_suffix }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "latency" {
  alarm_name                            = "sandbox-connector-latency"
  comparison_operator                   = "GreaterThanThreshold"
  threshold                             = 2
  evaluation_periods                    = 5
  datapoints_to_alarm                   = 3
  namespace                             = "AWS/ApplicationELB"
  metric_name                           = "TargetResponseTime"
  extended_statistic                    = "p99"
  evaluate_low_sample_count_percentiles = "ignore"
  period                                = 60
  treat_missing_data                    = "notBreaching"
  dimensions                            = { LoadBalancer = aws_lb.alb["fargate"].arn_suffix, TargetGroup = aws_lb_target_group.alb["fargate"].arn_suffix }
  alarm_actions                         = [aws_sns_topic.this.arn]
}

resource "aws_route53_record" "ec2" {
  zone_id        = data.aws_route53_zone.this.zone_id
  name           = "connector.sandbox.pymnt.internal"
  type           = "A"
  set_identifier = var.weighted ? "connector-ec2" : null
  dynamic "weighted_routing_policy" {
    for_each = var.weighted ? [var.weights.ec2] : []
    content {
      weight = weighted_routing_policy.value
    }
  }
  alias {
    name                   = aws_lb.alb["ec2"].dns_name
    zone_id                = aws_lb.alb["ec2"].zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_record" "fargate" {
  count          = var.weighted ? 1 : 0
  zone_id        = data.aws_route53_zone.this.zone_id
  name           = "connector.sandbox.pymnt.internal"
  type           = "A"
  set_identifier = "connector-fargate"
  weighted_routing_policy {
    weight = var.weights.fargate
  }
  alias {
    name                   = aws_lb.alb["fargate"].dns_name
    zone_id                = aws_lb.alb["fargate"].zone_id
    evaluate_target_health = true
  }
  depends_on = [aws_route53_record.ec2]
}

# Read back what was made, as the stacks of a service find what the platform made.
data "aws_ecs_cluster" "fargate" {
  cluster_name = aws_ecs_cluster.fargate.name
}

data "aws_lb" "fargate" {
  name       = "sandbox-connector-fargate"
  depends_on = [aws_lb.alb]
}

data "aws_lb_target_group" "fargate" {
  name       = "sandbox-connector-fargate"
  depends_on = [aws_lb_target_group.alb]
}

data "aws_kinesis_firehose_delivery_stream" "logs" {
  name = "sandbox-logs"
}

data "aws_iam_role" "logs" {
  name = "sandbox-logs-to-firehose"
}

resource "aws_cloudwatch_log_subscription_filter" "app" {
  name            = "log-pipeline"
  log_group_name  = aws_cloudwatch_log_group.this.name
  filter_pattern  = ""
  destination_arn = data.aws_kinesis_firehose_delivery_stream.logs.arn
  role_arn        = data.aws_iam_role.logs.arn
}

resource "aws_cloudwatch_log_metric_filter" "failures" {
  name           = "sandbox-connector-failures"
  log_group_name = aws_cloudwatch_log_group.this.name
  pattern        = "[time, elapsed, client, code = */5*, bytes, method, url, user, peer, type]"
  metric_transformation {
    namespace = "Pay/Logs"
    name      = "sandbox-connector-failures"
    value     = "1"
  }
}

resource "aws_cloudwatch_composite_alarm" "rollback" {
  alarm_name        = "sandbox-connector-rollback"
  alarm_description = "Roll it back."
  alarm_rule        = "(ALARM(\"${aws_cloudwatch_metric_alarm.errors.alarm_name}\"))"
  alarm_actions     = [aws_sns_topic.this.arn]
  ok_actions        = [aws_sns_topic.this.arn]
  actions_suppressor {
    alarm            = aws_cloudwatch_metric_alarm.errors.alarm_name
    wait_period      = 60
    extension_period = 300
  }
}

resource "aws_cloudwatch_dashboard" "connector" {
  dashboard_name = "sandbox-connector"
  dashboard_body = jsonencode({
    periodOverride = "inherit"
    widgets = [{
      type       = "metric"
      x          = 0
      y          = 0
      width      = 8
      height     = 6
      properties = {
        title   = "Requests"
        region  = local.region
        view    = "timeSeries"
        stacked = true
        period  = 60
        stat    = "Sum"
        metrics = [["AWS/ApplicationELB", "RequestCount", "LoadBalancer", aws_lb.alb["fargate"].arn_suffix, { stat = "Sum", id = "fargate", label = "fargate" }]]
      }
    }]
  })
}

resource "aws_ecr_repository" "tried" {
  name                 = "govukpay/tried"
  image_tag_mutability = "IMMUTABLE"
  encryption_configuration {
    encryption_type = "KMS"
  }
  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "tried" {
  repository = aws_ecr_repository.tried.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14 }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecr_repository_policy" "tried" {
  repository = aws_ecr_repository.tried.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = ["ecr:BatchGetImage"]
      Principal = { AWS = "arn:aws:iam::222222222222:role/copies-images" }
    }]
  })
}

resource "aws_ecr_registry_scanning_configuration" "tried" {
  scan_type = "ENHANCED"
  rule {
    scan_frequency = "CONTINUOUS_SCAN"
    repository_filter {
      filter      = "govukpay/*"
      filter_type = "WILDCARD"
    }
  }
}

resource "aws_s3_bucket" "artefacts" {
  bucket = "pay-sandbox-artefacts"
}

resource "aws_s3_bucket_public_access_block" "artefacts" {
  bucket                  = aws_s3_bucket.artefacts.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artefacts" {
  bucket = aws_s3_bucket.artefacts.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_versioning" "artefacts" {
  bucket = aws_s3_bucket.artefacts.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "artefacts" {
  bucket = aws_s3_bucket.artefacts.id
  rule {
    id     = "expire"
    status = "Enabled"
    filter {
      prefix = ""
    }
    expiration {
      days = 365
    }
  }
  depends_on = [aws_s3_bucket_versioning.artefacts]
}

resource "aws_s3_bucket_logging" "artefacts" {
  bucket        = aws_s3_bucket.artefacts.id
  target_bucket = "pay-sandbox-alb-access-logs"
  target_prefix = "s3/"
}

resource "aws_s3_bucket_policy" "artefacts" {
  bucket = aws_s3_bucket.artefacts.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "s3:*"
      Resource  = ["${aws_s3_bucket.artefacts.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_iam_role" "canaries" {
  name = "sandbox-canaries"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_synthetics_canary" "this" {
  name                 = "sandbox-cancel-ec2"
  artifact_s3_location = "s3://${aws_s3_bucket.artefacts.bucket}/cancel"
  execution_role_arn   = aws_iam_role.canaries.arn
  handler              = "cancel.handler"
  runtime_version      = "syn-nodejs-puppeteer-15.0"
  zip_file             = "canary.zip"
  delete_lambda        = true
  artifact_config {
    s3_encryption {
      encryption_mode = "SSE_KMS"
      kms_key_arn     = aws_kms_key.this.arn
    }
  }
  run_config {
    timeout_in_seconds    = 60
    environment_variables = { SECRET_NAME = "sandbox/smoke_test" }
  }
  schedule {
    expression = "rate(0 minute)"
  }
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "sandbox-tasks-dead-letter"
  message_retention_seconds = 1209600
  kms_master_key_id         = aws_kms_key.this.arn
}

resource "aws_scheduler_schedule_group" "this" {
  name = "sandbox-tasks"
}

resource "aws_iam_role" "scheduler" {
  name = "sandbox-tasks-scheduler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_scheduler_schedule" "this" {
  name                         = "sandbox-expired-charges-sweep"
  group_name                   = aws_scheduler_schedule_group.this.name
  description                  = "POST /v1/tasks/expired-charges-sweep of connector"
  state                        = "ENABLED"
  schedule_expression          = "cron(30 3 * * ? *)"
  schedule_expression_timezone = "Europe/London"
  kms_key_arn                  = aws_kms_key.this.arn
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = aws_ecs_cluster.fargate.arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ containerOverrides = [{ name = "nginx", command = ["true"] }] })
    dead_letter_config {
      arn = aws_sqs_queue.dead_letters.arn
    }
    retry_policy {
      maximum_event_age_in_seconds = 300
      maximum_retry_attempts       = 3
    }
    ecs_parameters {
      task_definition_arn     = aws_ecs_task_definition.fargate.arn
      launch_type             = "FARGATE"
      task_count              = 1
      enable_ecs_managed_tags = true
      propagate_tags          = "TASK_DEFINITION"
      network_configuration {
        subnets          = data.aws_subnets.this.ids
        security_groups  = [data.aws_security_group.this.id]
        assign_public_ip = false
      }
    }
  }
}

# Suppressions of findings; the estate has what is one per account.
data "aws_guardduty_detector" "this" {}

resource "aws_guardduty_filter" "this" {
  name        = "sandbox-noisy"
  detector_id = data.aws_guardduty_detector.this.id
  action      = "ARCHIVE"
  rank        = 1
  finding_criteria {
    criterion {
      field  = "type"
      equals = ["Discovery:Runtime/SuspiciousCommand"]
    }
    criterion {
      field     = "severity"
      less_than = "7"
    }
    criterion {
      field     = "updatedAt"
      less_than = "2027-04-01T00:00:00Z"
    }
  }
}

resource "aws_inspector2_filter" "this" {
  name   = "sandbox-cve"
  action = "SUPPRESS"
  reason = "The library is a dependency of the tests only."
  filter_criteria {
    vulnerability_id {
      comparison = "EQUALS"
      value      = "CVE-2026-12345"
    }
    updated_at {
      end_inclusive = "2027-03-31T23:59:59Z"
    }
  }
}

resource "aws_securityhub_automation_rule" "this" {
  rule_name   = "sandbox-false-positive"
  rule_order  = 100
  description = "A false positive"
  actions {
    type = "FINDING_FIELDS_UPDATE"
    finding_fields_update {
      note {
        text       = "A false positive"
        updated_by = "pay-suppression:sandbox"
      }
      workflow {
        status = "SUPPRESSED"
      }
    }
  }
  criteria {
    product_name {
      comparison = "EQUALS"
      value      = "GuardDuty"
    }
    resource_tags {
      comparison = "EQUALS"
      key        = "Stack"
      value      = "sandbox-connector-fargate"
    }
    updated_at {
      start = "2020-01-01T00:00:00Z"
      end   = "2027-03-31T23:59:59Z"
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  name          = "sandbox-findings-guardduty-page"
  description   = "Tells what GuardDuty finds: page"
  state         = "ENABLED"
  event_pattern = jsonencode({ source = ["aws.guardduty"], detail = { severity = [{ numeric = [">=", 7] }] } })
}

resource "aws_cloudwatch_event_target" "this" {
  rule      = aws_cloudwatch_event_rule.this.name
  target_id = "page"
  arn       = aws_sns_topic.this.arn
  input_transformer {
    input_paths    = { type = "$.detail.type" }
    input_template = "\"found <type>\"\n\"First: read it\""
  }
  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }
}
