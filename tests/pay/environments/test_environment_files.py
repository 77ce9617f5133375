"""The environments: alike in shape, in the middle of a move that could be real."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

from pay.catalogue import CATALOGUE
from pay.environments.load import environment_files
from pay.model import Environment, Stage
from pay.model.service.call_graph import neighbours
from pay.model.stage.stage import RUNGS_BETWEEN
from tests.conftest import ROOT

FILES = [*environment_files(ROOT / "environments").values()]
NAMES = [path.stem for path in FILES]
REAL = [name for name in NAMES if name != "sandbox"]

# Keys that one environment needs and another must not have.
OPTIONAL = {
    "follows",
    "frozen",
    "load",
    "registry",
    "sleep",
    "smoke",
    "watching",
    "traffic_percent",
    "state.bucket",
    "size",
    "night",
    *RUNGS_BETWEEN,
}


def keys(table: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        if key in OPTIONAL or f"{prefix}{key}" in OPTIONAL:
            continue
        yield f"{prefix}{key}"
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{key}.")


def data(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


def stages(environment: Environment) -> dict[str, int]:
    order = list(Stage)
    return {name: order.index(d.stage) for name, d in environment.services.items()}


def in_flight(environment: Environment) -> list[str]:
    dark, soak = (list(Stage).index(stage) for stage in (Stage.DARK, Stage.SOAK))
    return [name for name, stage in stages(environment).items() if dark <= stage <= soak]


@pytest.mark.parametrize("path", FILES[1:], ids=lambda path: path.stem)
def test_every_file_has_the_same_keys_in_the_same_order(path: Path) -> None:
    assert list(keys(data(path))) == list(keys(data(FILES[0])))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_keys_are_in_the_order_of_the_model(path: Path) -> None:
    found = list(data(path))
    assert found == [key for key in Environment.model_fields if key in found]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_names_its_schema_for_editors(path: Path) -> None:
    assert path.read_text().startswith("#:schema ./environment.schema.json\n")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_stage_is_one_line_of_its_own(path: Path) -> None:
    for name in CATALOGUE:
        assert re.search(rf'^\[services\.{name}\]\nstage = "[a-z]+"$', path.read_text(), re.M)


@pytest.mark.parametrize("name", REAL)
def test_no_two_neighbours_move_at_the_same_time(
    name: str, environments: Mapping[str, Environment]
) -> None:
    for one, other in combinations(in_flight(environments[name]), 2):
        assert other not in neighbours(CATALOGUE, one)


@pytest.mark.parametrize("name", NAMES)
def test_no_more_services_are_in_flight_than_allowed(
    name: str, environments: Mapping[str, Environment]
) -> None:
    environment = environments[name]
    assert len(in_flight(environment)) <= environment.max_in_flight


def test_every_service_is_ahead_in_the_environment_that_is_followed(
    environments: Mapping[str, Environment],
) -> None:
    assert environments["production-2"].follows == "staging-2"
    assert environments["staging-2"].follows == "test-12"
    for environment in environments.values():
        if environment.follows:
            ahead = stages(environments[environment.follows])
            assert all(ahead[name] >= stage for name, stage in stages(environment).items())


@pytest.mark.parametrize(
    ("ahead", "behind"), list(pairwise(["test-12", "staging-2", "production-2"]))
)
def test_the_chain_is_in_the_middle_of_the_move(
    ahead: str, behind: str, environments: Mapping[str, Environment]
) -> None:
    assert sum(stages(environments[ahead]).values()) > sum(stages(environments[behind]).values())
    assert len(set(stages(environments[behind]).values())) >= 4


def test_production_is_held_to_the_strictest_settings(
    environments: Mapping[str, Environment],
) -> None:
    production = environments["production-2"]
    assert [e.name for e in environments.values() if e.production] == ["production-2"]
    assert production.max_step == 25
    assert production.load_balancers.deletion_protection
    assert production.logs.outlive_the_service
    assert len(production.network.zones) == 3


@pytest.mark.parametrize("name", NAMES)
def test_accounts_are_invented_ones(name: str, environments: Mapping[str, Environment]) -> None:
    assert re.fullmatch(r"(\d)\1{11}", environments[name].account_id)


def test_production_shares_its_account_with_no_other(
    environments: Mapping[str, Environment],
) -> None:
    account = environments["production-2"].account_id
    assert [e.name for e in environments.values() if e.account_id == account] == ["production-2"]


needs_perf = pytest.mark.skipif("test-perf-1" not in NAMES, reason="the environment was removed")


@needs_perf
def test_the_performance_environment_has_the_published_task_counts(
    environments: Mapping[str, Environment],
) -> None:
    # Pay's performance pipeline as first committed (2022-05-27 and 2022-06-01).
    published = {"connector": 15, "frontend": 11, "publicapi": 4} | dict.fromkeys(
        ("adminusers", "cardid", "ledger", "notifications", "publicauth", "selfservice"), 3
    )
    peaks = {name: d.tasks.peak for name, d in environments["test-perf-1"].services.items()}
    known = {name: peak for name, peak in published.items() if name in CATALOGUE}
    assert peaks | known == peaks


def test_the_sandbox_keeps_its_states_locally_and_starts_from_nothing(
    environments: Mapping[str, Environment],
) -> None:
    sandbox = environments["sandbox"]
    assert (sandbox.state.backend, sandbox.adopt) == ("local", False)
    assert sandbox.services["connector"].stage is Stage.CANARY
    assert sandbox.services["frontend"].stage is Stage.READY


def test_a_ladder_leaves_out_the_stages_that_are_not_named(
    environments: Mapping[str, Environment],
) -> None:
    short = Environment.model_validate(
        {
            **environments["sandbox"].model_dump(),
            "ladder": {"half": 50},
            "max_step": 50,
            "services": {},
        }
    )
    assert list(short.ladder.rungs) == ["ready", "half", "cutover"]
    assert list(environments["production-2"].ladder.rungs.values()) == [0, 5, 25, 50, 75, 100]
