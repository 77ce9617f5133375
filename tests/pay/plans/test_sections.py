"""The parts of a plan that no reader knows."""

import pytest

from pay.plans.sections import unknown_parts

KNOWN = {
    "format_version": "1.2",
    "terraform_version": "1.14.0",
    "timestamp": "2026-11-26T09:00:00Z",
    "variables": {"application_image_tag": {"value": "1-release"}},
    "applyable": True,
    "complete": True,
    "errored": False,
    "configuration": {"root_module": {}},
    "planned_values": {"root_module": {}},
    "prior_state": {"values": {}},
    "output_changes": {"a": {"actions": ["create"], "after": "b"}},
    "checks": [{"status": "pass"}],
    "relevant_attributes": [{"resource": "aws_lb.alb", "attribute": ["arn"]}],
    "deferred_changes": [{"reason": "unknown"}],
    "resource_drift": [],
    "resource_changes": [
        {
            "address": "aws_lb.alb[0]",
            "previous_address": "aws_lb.old[0]",
            "mode": "managed",
            "type": "aws_lb",
            "name": "alb",
            "index": 0,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "deposed": "00000000",
            "action_reason": "replace_because_tainted",
            "change": {
                "actions": ["no-op"],
                "before": {"a": 1},
                "after": {"a": 1},
                "after_unknown": {},
                "before_sensitive": {},
                "after_sensitive": {},
                "replace_paths": [["name"]],
                "importing": {"id": "x", "identity": {"name": "x"}},
                "before_identity": {"name": "x"},
                "after_identity": {"name": "x"},
            },
        }
    ],
}
"""Every key that Terraform 1.14 writes and that is read, or changes nothing."""


def test_knows_all_that_terraform_writes() -> None:
    assert list(unknown_parts(KNOWN)) == []


@pytest.mark.parametrize("empty", [None, [], {}, "", False])
def test_an_empty_part_changes_nothing(empty: object) -> None:
    resource = {"address": "a", "extra": empty, "change": {"extra": empty}}
    document = {"action_invocations": empty, "extra": empty, "resource_changes": [resource]}
    assert list(unknown_parts(document)) == []


@pytest.mark.parametrize(
    ("document", "part"),
    [
        (
            {"action_invocations": [{"address": "action.a.b"}, {"address": "action.a.c"}]},
            "action_invocations (action.a.b, action.a.c)",
        ),
        ({"deferred_action_invocations": [{"reason": "x"}]}, "deferred_action_invocations"),
        ({"from_a_later_terraform": {"a": 1}}, "from_a_later_terraform"),
        (
            {"resource_changes": [{"address": "a", "index_unknown": True}]},
            "index_unknown of a in resource_changes",
        ),
        (
            {"resource_changes": [{"address": "a", "change": {"generated_config": "resource"}}]},
            "change.generated_config of a in resource_changes",
        ),
        (
            {"resource_changes": [{"address": "a", "change": {"importing": {"unknown": True}}}]},
            "change.importing.unknown of a in resource_changes",
        ),
        (
            {"resource_drift": [{"address": "a", "change": {"later": 1}}]},
            "change.later of a in resource_drift",
        ),
    ],
)
def test_names_what_nobody_knows(document: dict[str, object], part: str) -> None:
    assert list(unknown_parts({**KNOWN, **document})) == [part]
