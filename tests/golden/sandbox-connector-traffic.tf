terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  backend "local" {
    path = "../../../.sandbox/state/sandbox-connector-traffic.tfstate"
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
      Service        = "connector"
      Stack          = "sandbox-connector-traffic"
    }
  }
}

data "aws_lb" "ec2_alb" {
  name = "sandbox-connector-alb"
}

data "aws_lb" "fargate_alb" {
  name = "sandbox-connector-fg-alb"
}

data "aws_route53_zone" "zone" {
  name         = "sandbox.pymnt.internal"
  private_zone = true
  vpc_id       = data.aws_vpc.vpc.id
}

data "aws_vpc" "vpc" {
  state = "available"

  tags = {
    Name = "sandbox"
  }
}

resource "aws_route53_record" "ec2" {
  name           = "connector.sandbox.pymnt.internal"
  set_identifier = "connector-ec2"
  type           = "A"
  zone_id        = data.aws_route53_zone.zone.zone_id

  alias {
    evaluate_target_health = true
    name                   = data.aws_lb.ec2_alb.dns_name
    zone_id                = data.aws_lb.ec2_alb.zone_id
  }

  weighted_routing_policy {
    weight = 95
  }
}

resource "aws_route53_record" "fargate" {
  name           = "connector.sandbox.pymnt.internal"
  set_identifier = "connector-fargate"
  type           = "A"
  zone_id        = data.aws_route53_zone.zone.zone_id

  alias {
    evaluate_target_health = true
    name                   = data.aws_lb.fargate_alb.dns_name
    zone_id                = data.aws_lb.fargate_alb.zone_id
  }

  weighted_routing_policy {
    weight = 5
  }

  depends_on = [aws_route53_record.ec2]
}
