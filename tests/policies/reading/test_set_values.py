"""A plan of a deployed stack shows what is not set as a zero."""

from typing import Any

import pytest

from policies.reading.set_values import as_set, set_values

ZEROS: tuple[Any, ...] = ("", 0, None, [], {})


@pytest.mark.parametrize("zero", ZEROS)
def test_a_zero_that_nobody_wrote_is_not_set(zero: Any) -> None:
    assert set_values({"pid_mode": zero, "family": "app"}, {"family": {}}) == {"family": "app"}


@pytest.mark.parametrize("zero", ["", 0, False, []])
def test_a_zero_that_is_written_is_set(zero: Any) -> None:
    written = {"actions_enabled": {"constant_value": zero}}
    assert set_values({"actions_enabled": zero}, written) == {"actions_enabled": zero}


def test_null_is_not_set_even_if_it_is_written() -> None:
    assert set_values({"pid_mode": None}, {"pid_mode": {"constant_value": None}}) == {}


def test_false_stays_because_the_default_may_be_true() -> None:
    assert set_values({"actions_enabled": False}, {}) == {"actions_enabled": False}


def test_a_value_that_nobody_wrote_counts() -> None:
    assert set_values({"pid_mode": "host"}, {}) == {"pid_mode": "host"}


def test_zeros_in_nested_blocks_are_not_set() -> None:
    volumes = [
        {"name": "tmp", "host_path": "", "efs_volume_configuration": []},
        {"name": "b", "configure_at_launch": False, "docker": [{"autoprovision": False}]},
    ]
    written = {"volume": [{"name": {}}, {"name": {}, "docker": [{"autoprovision": {}}]}]}
    assert set_values({"volume": volumes}, written)["volume"] == [
        {"name": "tmp"},
        {"name": "b", "configure_at_launch": False, "docker": [{"autoprovision": False}]},
    ]


def test_a_block_that_nobody_wrote_keeps_what_is_in_it() -> None:
    values = {"versioning": [{"days": 0, "mfa_delete": "", "status": "x"}]}
    assert set_values(values, {})["versioning"] == [{"status": "x"}]


def test_objects_of_an_attribute_stay_as_they_are() -> None:
    rules = [{"cidr": "", "port": 0}]
    assert set_values({"rules": rules}, {"rules": {"constant_value": rules}}) == {"rules": rules}


def test_the_rest_of_a_plan_stays_as_it_is() -> None:
    resource = {"mode": "managed", "type": "t", "name": "n"}
    plan = {
        "planned_values": {"root_module": {"resources": [{**resource, "values": {"a": ""}}]}},
        "configuration": {"root_module": {"resources": [resource]}},
        "resource_changes": [1],
    }
    assert as_set(plan) == {
        **plan,
        "planned_values": {"root_module": {"resources": [{**resource, "values": {}}]}},
    }
    assert as_set({"planned_values": {}})["planned_values"] == {"root_module": {"resources": []}}
