"""The reviewed file of import ids is believed in nothing that would make something twice."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from pay.environments.adopted import (
    CREATE,
    adoptable,
    adopted_file,
    load_needed_adopted,
)
from pay.model import Environment, InvalidInput, Stage

EC2, TRAFFIC = "sandbox-connector-ec2", "sandbox-connector-traffic"


@pytest.fixture
def adopting(environments: Mapping[str, Environment]) -> Environment:
    """The sandbox's environment, where nothing has moved, taking over what runs."""
    return with_stage(environments["sandbox"], Stage.LEGACY)


def with_stage(environment: Environment, stage: Stage) -> Environment:
    """Every service at one stage."""
    services = {
        name: deployment.model_copy(update={"stage": stage})
        for name, deployment in environment.services.items()
    }
    return environment.model_copy(update={"adopt": True, "services": services})


def whole(environment: Environment) -> dict[str, dict[str, str]]:
    """A file that says of everything that must run where it is, and of nothing else."""
    tables = {
        stack: {at: f"id-of-{stack}-{at}" for at, each in addresses.items() if each.must}
        for stack, addresses in adoptable(environment).items()
    }
    return {stack: table for stack, table in tables.items() if table}


def write(folder: Path, environment: Environment, tables: Mapping[str, object]) -> Path:
    """The file, with no check of what is in it."""
    path = adopted_file(folder, environment.name)
    path.parent.mkdir(exist_ok=True)
    lines = []
    for stack, table in tables.items():
        if isinstance(table, Mapping):
            rows = [f'"{address}" = {json.dumps(id)}' for address, id in table.items()]
            lines += [f'["{stack}"]', *rows]
        else:
            lines.insert(0, f'"{stack}" = {json.dumps(table)}')
    path.write_text("\n".join(lines))
    return path


def refusals(folder: Path, environment: Environment) -> dict[str, str]:
    """Key -> the rest of each problem; all of them name the file."""
    with pytest.raises(InvalidInput) as refused:
        load_needed_adopted(folder, environment, None)
    problems = refused.value.problems
    assert {problem.where for problem in problems} == {str(adopted_file(folder, environment.name))}
    return {problem.key: f"{problem.found}; {problem.fix}" for problem in problems}


def test_a_whole_file_is_what_the_stacks_import(adopting: Environment, tmp_path: Path) -> None:
    tables = whole(adopting)
    write(tmp_path, adopting, tables)
    assert load_needed_adopted(tmp_path, adopting, None) == (tables, ())


def test_an_environment_that_adopts_nothing_needs_no_file(
    adopting: Environment, tmp_path: Path
) -> None:
    settled = adopting.model_copy(update={"adopt": False})
    assert load_needed_adopted(tmp_path, settled, None) == ({}, ())


def test_no_file_is_refused(adopting: Environment, tmp_path: Path) -> None:
    assert refusals(tmp_path, adopting) == {
        "": "no such file; run `pay adopt sandbox`, or set adopt = false"
    }


def test_a_file_that_is_no_toml_is_refused(adopting: Environment, tmp_path: Path) -> None:
    write(tmp_path, adopting, {}).write_text("[connector")
    assert "pay adopt sandbox" in refusals(tmp_path, adopting)[""]


def test_an_empty_file_is_refused_for_everything_that_runs(
    adopting: Environment, tmp_path: Path
) -> None:
    write(tmp_path, adopting, {})
    refused = refusals(tmp_path, adopting)
    assert set(refused) == set(whole(adopting))
    for address in ("aws_lb.alb", "aws_lb_listener.https", "aws_ecs_service.service"):
        assert address in refused[EC2]
    assert "aws_route53_record.ec2" in refused[TRAFFIC]
    assert all("`pay adopt sandbox` looks it up" in each for each in refused.values())


def test_a_mistyped_stack_is_refused_with_the_one_that_is_meant_and_the_one_left_out(
    adopting: Environment, tmp_path: Path
) -> None:
    tables = whole(adopting)
    tables["sandbox-conector-ec2"] = tables.pop(EC2)
    write(tmp_path, adopting, tables)
    refused = refusals(tmp_path, adopting)
    assert set(refused) == {"sandbox-conector-ec2", EC2}
    assert f"did you mean {EC2}?" in refused["sandbox-conector-ec2"]


def test_a_mistyped_address_is_refused_with_the_one_that_is_meant(
    adopting: Environment, tmp_path: Path
) -> None:
    tables = whole(adopting)
    tables[EC2]["aws_lb_listener.htps"] = tables[EC2].pop("aws_lb_listener.https")
    write(tmp_path, adopting, tables)
    refused = refusals(tmp_path, adopting)
    assert set(refused) == {f'{EC2}."aws_lb_listener.htps"', EC2}
    assert "did you mean aws_lb_listener.https?" in refused[f'{EC2}."aws_lb_listener.htps"']
    assert "no aws_lb_listener.https" in refused[EC2]


@pytest.mark.parametrize("address", ["aws_lb.alb", "aws_ecs_service.service"])
def test_a_lost_line_of_what_runs_is_refused(
    adopting: Environment, tmp_path: Path, address: str
) -> None:
    tables = whole(adopting)
    del tables[EC2][address]
    write(tmp_path, adopting, tables)
    assert refusals(tmp_path, adopting)[EC2].startswith(f"no {address};")


@pytest.mark.parametrize("wrong", ["", "  ", True])
def test_what_is_no_id_is_refused(adopting: Environment, tmp_path: Path, wrong: object) -> None:
    tables: dict[str, dict[str, object]] = {k: dict(v) for k, v in whole(adopting).items()}
    tables[EC2]["aws_lb.alb"] = wrong
    write(tmp_path, adopting, tables)
    assert set(refusals(tmp_path, adopting)) == {f'{EC2}."aws_lb.alb"'}


def test_a_stack_that_is_no_table_is_refused(adopting: Environment, tmp_path: Path) -> None:
    write(tmp_path, adopting, {**whole(adopting), TRAFFIC: "Z1_connector_A"})
    assert set(refusals(tmp_path, adopting)) == {TRAFFIC}


def test_what_is_to_be_created_is_said_and_not_imported(
    adopting: Environment, tmp_path: Path
) -> None:
    tables = whole(adopting)
    tables[TRAFFIC]["aws_route53_record.ec2"] = CREATE
    write(tmp_path, adopting, tables)
    imports, _ = load_needed_adopted(tmp_path, adopting, None)
    assert imports[TRAFFIC] == {}


def test_a_record_is_asked_for_while_it_is_simple(adopting: Environment) -> None:
    for stage in adopting.ladder.stages:
        record = adoptable(with_stage(adopting, stage))[TRAFFIC]["aws_route53_record.ec2"]
        assert record.must == bool(record.name) == (stage in {Stage.LEGACY, Stage.DARK})


def test_an_ec2_side_is_asked_for_until_it_is_gone(adopting: Environment) -> None:
    for stage in adopting.ladder.stages:
        side = adoptable(with_stage(adopting, stage))[EC2].values()
        assert any(each.must for each in side) == any(each.name for each in side) == stage.has_ec2


def test_what_was_taken_over_may_stay_in_the_file_when_the_side_is_gone(
    adopting: Environment, tmp_path: Path
) -> None:
    write(tmp_path, adopting, whole(adopting))
    load_needed_adopted(tmp_path, with_stage(adopting, Stage.RETIRED), None)


BROKEN: dict[str, Mapping[str, object] | None] = {
    "not TOML": None,
    "another stack's table": {"sandbox-ledger-ec2": {"aws_lb.alb": ""}},
    "an unknown stack": {"sandbox-ledgr-ec2": {}},
    "its own id": {TRAFFIC: {"aws_route53_record.ec2": "${x}"}},
    "its own address": {TRAFFIC: {"aws_route53_record.ecc": "x"}},
}
"""What is wrong -> the tables that are written in place of the right ones."""


def spoil(folder: Path, environment: Environment, how: str) -> None:
    tables = BROKEN[how]
    path = write(folder, environment, {**whole(environment), **(tables or {})})
    if tables is None:
        path.write_text("[connector")


@pytest.mark.parametrize("how", BROKEN)
def test_records_with_weights_need_no_ids(how: str, adopting: Environment, tmp_path: Path) -> None:
    """They are the project's own: the state has had them since they were converted."""
    weighted = with_stage(adopting, Stage.CANARY)
    spoil(tmp_path, weighted, how)
    imports, mistakes = load_needed_adopted(tmp_path, weighted, [TRAFFIC])
    assert mistakes
    assert imports.get(TRAFFIC, {}).get("aws_route53_record.ec2", "") != "${x}"
    with pytest.raises(InvalidInput):
        load_needed_adopted(tmp_path, weighted, None)


@pytest.mark.parametrize("how", BROKEN)
def test_a_simple_record_needs_its_own_table_and_no_other(
    how: str, adopting: Environment, tmp_path: Path
) -> None:
    spoil(tmp_path, adopting, how)
    if how in ("another stack's table", "an unknown stack"):
        imports, mistakes = load_needed_adopted(tmp_path, adopting, [TRAFFIC])
        assert imports[TRAFFIC] == whole(adopting)[TRAFFIC]
        assert mistakes
    else:
        with pytest.raises(InvalidInput):
            load_needed_adopted(tmp_path, adopting, [TRAFFIC])


def test_no_file_at_all_blocks_no_weighted_record(adopting: Environment, tmp_path: Path) -> None:
    weighted = with_stage(adopting, Stage.CANARY)
    imports, (mistake,) = load_needed_adopted(tmp_path, weighted, [TRAFFIC])
    assert (imports, mistake.found) == ({}, "no such file")
    with pytest.raises(InvalidInput, match="no such file"):
        load_needed_adopted(tmp_path, weighted, [EC2])
