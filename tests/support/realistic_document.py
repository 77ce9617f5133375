"""One Terraform JSON document with everything in it that the writer can write.

Data sources depend on a resource that does not exist yet, so that a plan reads nothing from AWS.
"""

import json
from typing import Any

DEFERRED = ["aws_sns_topic.alarms"]

CONTAINERS = [
    {
        "name": "app",
        "image": "${local.registry}/app:${var.application_image_tag}",
        "portMappings": [{"containerPort": 9000}],
        "environment": [
            {"name": "PORT", "value": "9000"},
            {"name": "TOPIC", "value": "${aws_sns_topic.alarms.arn}"},
            {"name": "COUNT", "value": "${var.count_of_tasks}"},
        ],
        "secrets": [{"name": "DB", "valueFrom": "${data.aws_lb.other.arn}:DB::"}],
        "readonlyRootFilesystem": True,
    }
]

TRUST = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "ecs-tasks.amazonaws.com"},
    "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
}

RIGHT = {
    "Effect": "Allow",
    "Action": ["s3:GetObject"],
    "Resource": ["arn:aws:s3:::pay/$${aws:username}/*", "${aws_sns_topic.alarms.arn}"],
}

OFFLINE = {
    "access_key": "test",
    "secret_key": "test",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_requesting_account_id": True,
}


def policy(statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


DOCUMENT: dict[str, Any] = {
    "//": {"metadata": {"stackName": "one", "version": "0.21.0"}},
    "terraform": {
        "required_version": ">= 1.10",
        "required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.100"}},
        "backend": {"local": {"path": "terraform.tfstate"}},
    },
    "provider": {
        "aws": [
            {
                "region": "eu-west-1",
                "default_tags": [{"tags": {"Environment": "test-12", "ManagedBy": "terraform"}}],
                **OFFLINE,
            },
            {"alias": "paris", "region": "eu-west-3", **OFFLINE},
        ]
    },
    "variable": {
        "application_image_tag": {
            "description": 'A tag, not "latest"; ${nothing} is read here.',
            "type": "string",
            "default": "1-release",
            "validation": [
                {
                    "condition": '${var.application_image_tag != "latest"}',
                    "error_message": "latest is refused: ${var.application_image_tag}.",
                }
            ],
        },
        "count_of_tasks": {"type": "number", "default": 2, "nullable": False},
        "zones": {"type": "map(list(string))", "default": {"a": ["1", "2"], "b.c": []}},
    },
    "locals": {
        "registry": "111111111111.dkr.ecr.eu-west-1.amazonaws.com",
        "services": {"frontend": {"port": 9000}, "connector": {"port": 9300}},
    },
    "moved": [{"from": "aws_lb.old", "to": "aws_lb.this"}],
    "removed": [{"from": "aws_lb.gone", "lifecycle": {"destroy": False}}],
    "data": {
        "aws_lb": {
            "other": {
                "name": "test-12-other-alb",
                "depends_on": DEFERRED,
                "lifecycle": {
                    "postcondition": [
                        {
                            "condition": "${self.internal && self.vpc_id != null}",
                            "error_message": "${self.name} is public: 100 % must be private.",
                        },
                        {
                            "condition": "${length(self.subnets) >= 2}",
                            "error_message": 'It has fewer than "two" zones.\nCheck it.',
                        },
                    ]
                },
            }
        },
        "aws_subnets": {
            "private": {
                "depends_on": DEFERRED,
                "filter": [
                    {"name": "tag:Name", "values": ["test-12-a", "test-12-b"]},
                    {"name": "vpc-id", "values": ["${data.aws_lb.other.vpc_id}"]},
                ],
            }
        },
    },
    "resource": {
        "aws_sns_topic": {
            "alarms": {"//": {"metadata": {"path": "one/alarms"}}, "name": "test-12-alarms"},
            "paris": {"provider": "aws.paris", "name": "test-12-alarms"},
        },
        "aws_iam_role": {
            "task": {"name": "task", "assume_role_policy": policy(TRUST), "path": "/"}
        },
        "aws_iam_role_policy": {
            "task": {"role": "${aws_iam_role.task.name}", "policy": policy(RIGHT)}
        },
        "aws_lb": {
            "this": {
                "name": "test-12-connector-alb",
                "internal": True,
                "idle_timeout": 0,
                "subnets": "${data.aws_subnets.private.ids}",
                "tags": {"Name": "connector", "aws:cost centre": "", "a.b": "50 %"},
                "access_logs": {"bucket": "logs", "enabled": True, "prefix": ""},
                "timeouts": {"create": "20m"},
                "lifecycle": {
                    "create_before_destroy": True,
                    "ignore_changes": ["subnets", 'tags["Name"]'],
                    "replace_triggered_by": ["aws_sns_topic.alarms.id"],
                    "precondition": {
                        "condition": "${var.count_of_tasks > 0}",
                        "error_message": "No tasks.",
                    },
                },
                "depends_on": ["aws_iam_role_policy.task", "data.aws_lb.other"],
            }
        },
        "aws_lb_target_group": {
            "each": {
                "for_each": "${local.services}",
                "name": "test-12-${each.key}-tg",
                "port": "${each.value.port}",
                "protocol": "HTTPS",
                "vpc_id": "${data.aws_lb.other.vpc_id}",
                "health_check": {"path": "/healthcheck", "interval": 10, "matcher": "200"},
                "dynamic": {
                    "stickiness": {
                        "for_each": '${each.key == "frontend" ? [1] : []}',
                        "iterator": "sticky",
                        "content": {"type": "lb_cookie", "cookie_duration": "${sticky.value}"},
                    }
                },
            }
        },
        "aws_ecs_task_definition": {
            "app": {
                "family": "test-12_connector",
                "requires_compatibilities": ["EC2", "FARGATE"],
                "container_definitions": json.dumps(CONTAINERS),
                "volume": [
                    {"name": "tmp"},
                    {
                        "name": "shared",
                        "docker_volume_configuration": {
                            "scope": "shared",
                            "labels": {"k": "v"},
                        },
                    },
                ],
            }
        },
        "aws_ecs_service": {
            "app": {
                "count": "${var.count_of_tasks > 0 ? 1 : 0}",
                "name": "connector",
                "task_definition": "${aws_ecs_task_definition.app.arn}",
                "desired_count": "${var.count_of_tasks}",
                "ordered_placement_strategy": [
                    {"type": "spread", "field": "attribute:ecs.availability-zone"},
                    {"type": "binpack", "field": "memory"},
                ],
                "load_balancer": [
                    {
                        "container_name": "app",
                        "container_port": 9000,
                        "target_group_arn": '${aws_lb_target_group.each["connector"].arn}',
                    }
                ],
                "lifecycle": {"ignore_changes": ["desired_count"]},
                "depends_on": ["aws_lb.this"],
            }
        },
        "aws_launch_template": {
            "ecs": {
                "name": "test-12-ecs",
                "user_data": '${base64encode("#!/bin/sh\\necho \\"CLUSTER=a\\" >> /etc/ecs\\n")}',
                "block_device_mappings": [
                    {"device_name": "/dev/xvda", "ebs": {"encrypted": "true", "volume_size": 30}},
                    {"device_name": "/dev/xvdb", "ebs": {"volume_size": 0.0}, "no_device": ""},
                ],
                "metadata_options": {"http_tokens": "required", "http_put_response_hop_limit": 1},
                "lifecycle": {"ignore_changes": "all"},
            }
        },
        "aws_cloudwatch_metric_alarm": {
            "errors": {
                "alarm_name": "errors",
                "comparison_operator": "GreaterThanThreshold",
                "evaluation_periods": 5,
                "threshold": 0.5,
                "actions_enabled": False,
                "alarm_actions": [],
                "metric_query": [
                    {
                        "id": "percent",
                        "expression": "100*FILL(errors,0)/requests",
                        "return_data": True,
                    },
                    {
                        "id": "errors",
                        "metric": {
                            "metric_name": "HTTPCode_Target_5XX_Count",
                            "namespace": "AWS/ApplicationELB",
                            "period": 60,
                            "stat": "Sum",
                            "dimensions": {"LoadBalancer": "${aws_lb.this.arn_suffix}"},
                        },
                    },
                ],
            }
        },
    },
    "output": {
        "arn": {"description": "of the ${load} balancer", "value": "${aws_lb.this.arn}"},
        "all": {
            "value": {
                "names": "${[for each in aws_lb_target_group.each : each.name]}",
                "nothing": None,
                "empty": [{}, [], "", 0, False],
            },
            "sensitive": True,
            "precondition": {
                "condition": "${length(aws_lb_target_group.each) == 2}",
                "error_message": "There are two.",
            },
            "depends_on": ["aws_ecs_service.app"],
        },
    },
}

READING_AT_PLAN: dict[str, Any] = {
    "import": [
        {"to": "aws_sns_topic.alarms", "id": "arn:aws:sns:eu-west-1:111111111111:test-12-alarms"},
        {"to": "aws_sns_topic.paris", "provider": "aws.paris", "id": "${local.registry}"},
    ],
    "check": {
        "zone": {
            "data": {"aws_lb": {"checked": {"name": "test-12-other-alb"}}},
            "assert": [
                {
                    "condition": "${data.aws_lb.checked.internal}",
                    "error_message": "${data.aws_lb.checked.name} is public.",
                }
            ],
        }
    },
}
"""More blocks, for which a plan asks AWS."""
