"""The plan of lookups holds what exists, and nothing that the stacks make."""

import json
from pathlib import Path
from typing import Any

from rollout.doctor.lookups import write_lookups

VPC = {"tags": {"Name": "test-12"}}
SIDE: dict[str, Any] = {
    "terraform": {
        "required_providers": {"aws": {"source": "hashicorp/aws"}},
        "backend": {"s3": {}},
    },
    "provider": {"aws": [{"region": "eu-west-1", "default_tags": [{"tags": {"Kind": "ec2"}}]}]},
    "locals": {"needed": ["/a/b"], "image": "x:${var.application_image_tag}"},
    "data": {
        "aws_vpc": {"vpc": VPC},
        "aws_subnets": {"of": {"filter": [{"values": ["${data.aws_vpc.vpc.id}"]}]}},
        "aws_ecs_cluster": {"cluster": {"cluster_name": "test-12-ec2"}},
        "aws_lb": {"on_cluster": {"name": "${data.aws_ecs_cluster.cluster.arn}"}},
        "aws_sqs_queue": {
            "of_a_resource": {"name": "${aws_sqs_queue.new.name}"},
            "of_a_variable": {"name": "${var.queue}"},
        },
        "aws_ssm_parameters_by_path": {"all": {"path": "/a", "lifecycle": "${local.needed}"}},
    },
    "resource": {"aws_sqs_queue": {"new": {"name": "new"}}},
}
PLATFORM = {
    **{key: SIDE[key] for key in ("terraform", "provider")},
    "resource": {"aws_ecs_cluster": {"ec2": {"name": "test-12-ec2"}}},
}


def written(folder: Path, module: str = "") -> Any:
    return json.loads((folder / module / "main.tf.json").read_text())


def test_keeps_what_exists_with_its_local_values(tmp_path: Path) -> None:
    count = write_lookups(tmp_path / "plan", {"test-12-a-ec2": SIDE, "test-12-platform": PLATFORM})
    assert count == 3
    assert written(tmp_path / "plan", "test-12-a-ec2") == {
        "locals": {"needed": ["/a/b"]},
        "data": {
            key: SIDE["data"][key]
            for key in ("aws_vpc", "aws_subnets", "aws_ssm_parameters_by_path")
        },
    }


def test_one_provider_reads_all_without_a_state_or_tags(tmp_path: Path) -> None:
    write_lookups(tmp_path / "plan", {"test-12-a-ec2": SIDE, "test-12-platform": PLATFORM})
    assert written(tmp_path / "plan") == {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
        "provider": {"aws": {"region": "eu-west-1"}},
        "module": {"stack-test-12-a-ec2": {"source": "./test-12-a-ec2"}},
    }


def test_a_lookup_of_what_no_stack_makes_stays(tmp_path: Path) -> None:
    assert write_lookups(tmp_path / "plan", {"test-12-a-ec2": SIDE}) == 5
