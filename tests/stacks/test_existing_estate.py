"""What exists already is looked up, never managed, and every lookup is held to a contract."""

import json
from collections.abc import Mapping

from pay.model import Environment
from pay.model.stacks import KINDS, known_stacks
from rollout.guard.traffic_changes import SUPPRESSIONS
from tests.support.synthesised import Synthesised

Estate = Mapping[str, Synthesised]


def test_a_stack_makes_what_its_kind_may_hold_and_nothing_of_the_existing_estate(
    estate: Estate, environments: Mapping[str, Environment]
) -> None:
    found: dict[str, set[str]] = {kind.name: set() for kind in KINDS}
    for stack in known_stacks(environments).values():
        found[stack.kind.name] |= estate[stack.id].document.get("resource", {}).keys()
    # Nothing is suppressed in the committed files.
    assert found == {kind.name: kind.types - SUPPRESSIONS for kind in KINDS}


def test_no_lookup_takes_public_addresses_for_a_public_subnet(estate: Estate) -> None:
    assert not any(
        "map_public_ip_on_launch" in json.dumps(stack.document) for stack in estate.values()
    )


def test_a_sentence_says_what_to_check(estate: Estate) -> None:
    for stack in estate.values():
        for lookups in stack.document.get("data", {}).values():
            for lookup in lookups.values():
                for promise in lookup.get("lifecycle", {}).get("postcondition", []):
                    assert any(
                        word in promise["error_message"] for word in ("Check", "Create", "Ask")
                    )


def test_no_secret_value_is_ever_read_into_a_state(estate: Estate) -> None:
    for stack in estate.values():
        assert "aws_secretsmanager_secret_version" not in stack.document.get("data", {})
        assert "aws_ssm_parameter" not in stack.document.get("data", {})


def test_states_of_real_environments_are_encrypted_locked_and_apart(estate: Estate) -> None:
    keys = set()
    for stack in estate.values():
        if stack.id.startswith("sandbox-"):
            assert "local" in stack.document["terraform"]["backend"]
            continue
        backend = stack.document["terraform"]["backend"]["s3"]
        assert backend["encrypt"] is True
        assert backend["use_lockfile"] is True
        keys.add((backend["bucket"], backend["key"]))
    assert len(keys) == len([s for s in estate if not s.startswith("sandbox-")])
