"""Every reader of a file that a person or another program writes reads it or says what is wrong.

No content makes one raise anything but its own refusal.
"""

import json
import random
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pay.catalogue import CATALOGUE
from pay.environments.adopted import adopted_file, load_needed_adopted
from pay.environments.load import load_environment, load_environments
from pay.model import InvalidInput, Microservice, Problem, Stage
from pay.model.judging.verdict import overall
from pay.model.pydantic_errors import to_problems
from policies.engine.waivers import FILE, InvalidWaivers
from policies.engine.waivers import load as load_waivers
from rollout.delivery.plan_set import open_sealed
from rollout.guard.allowances import read_break_glass
from rollout.measure.judgement import Judgement
from rollout.measure.recorded import read_recording
from rollout.moves.journal import FIRST_DAY, journal_path, verdicts_path
from rollout.moves.standings import Standings
from rollout.moves.verdicts import read_verdicts
from rollout.plans.read import read_plans
from rollout.review.policy import read_policy_result
from rollout.terminal.refusal import Refused
from tests.conftest import ROOT
from tests.support.checkout import read_journals

pytestmark = pytest.mark.slow

ENVIRONMENTS = ROOT / "environments"
KNOWN = load_environments(ENVIRONMENTS)

MOVE = (
    '{"at":"2026-11-02T09:00:00Z","direction":"forward","from":"legacy","to":"dark",'
    '"weights":"simple","by":"team@example.org"}\n'
)
PLAN = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "applyable": True,
    "complete": True,
    "errored": False,
    "planned_values": {"root_module": {"resources": []}},
    "resource_changes": [
        {
            "address": "aws_lb.alb",
            "mode": "managed",
            "type": "aws_lb",
            "name": "alb",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["no-op"], "before": {}, "after": {}, "after_unknown": {}},
        }
    ],
    "configuration": {"provider_config": {"aws": {"name": "aws", "expressions": {}}}},
}
RESULT = {"roots": [{"stacks": ["a"], "rules": ["b"], "findings": [], "problems": []}]}


def read_adoption(folder: Path) -> object:
    adopting = KNOWN["sandbox"].model_copy(update={"adopt": True})
    return load_needed_adopted(folder, adopting, None)


VERDICT = Judgement(
    environment="test-12",
    service="ledger",
    stage=Stage.CANARY,
    weights="95/5",
    since=FIRST_DAY,
    start=FIRST_DAY,
    end=FIRST_DAY,
    parts={},
    verdict=overall({}),
).line()


def read_recorded_verdicts(folder: Path) -> object:
    return read_verdicts(Standings(folder, KNOWN, CATALOGUE, {}, FIRST_DAY))


READERS: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "environment": (
        "test-12.toml",
        (ENVIRONMENTS / "test-12.toml").read_text(),
        lambda folder: load_environment(folder / "test-12.toml"),
    ),
    "journal": (
        str(journal_path(Path(), "test-12", "ledger")),
        MOVE * 3,
        read_journals,
    ),
    "verdicts": (str(verdicts_path(Path(), "test-12", "ledger")), VERDICT, read_recorded_verdicts),
    "recorded minutes": (
        "minutes.json",
        '{"stage": "canary", "share": 0.05, "minutes": [[360, 11, 0, 1, 0]]}',
        lambda folder: read_recording(folder / "minutes.json"),
    ),
    "adopted ids": (
        str(adopted_file(Path(), "sandbox")),
        '[sandbox-connector-traffic]\n"aws_route53_record.ec2" = "Z1_connector.pymnt.uk_A"\n',
        read_adoption,
    ),
    "waivers": (
        "waivers.toml",
        FILE.read_text(),
        lambda folder: load_waivers(folder / "waivers.toml"),
    ),
    "break-glass": (
        "break-glass",
        "keeps-desired-count: the incident of today\n",
        lambda folder: read_break_glass(folder / "break-glass"),
    ),
    "plan": (
        "test-12-ledger-traffic.json",
        json.dumps(PLAN),
        lambda folder: read_plans([folder / "test-12-ledger-traffic.json"], KNOWN),
    ),
    "result of the gate": (
        "pci.json",
        json.dumps(RESULT),
        lambda folder: read_policy_result(folder / "pci.json"),
    ),
    "seal": (
        "SHA256SUMS",
        f"{'0' * 64}  test-12-ledger-traffic.tfplan\n",
        lambda folder: open_sealed(folder, ROOT),
    ),
}
REFUSALS = (InvalidInput, InvalidWaivers, Refused)


def refusal() -> AbstractContextManager[object]:
    return pytest.raises(REFUSALS, match=r"\S")


PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            *("9" * 5000, "0x" + "f" * 5000, "[" * 3000, "{" * 3000, '{"a":' * 3000, "a." * 3000),
            *("nan", "NaN", "-Infinity", "1e999", "null", "true", "2026-01-01", "[]", "{}", "\0"),
            *("\r", "\u2028", "\ufeff", "\x1b[2J", '"', "'''", "\\", "=", "#", "[[", "]]", "[a]\n"),
            *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "[/red]", "[bold", "${x}", "{x}"),
        ]
    ),
)
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), PIECES), max_size=4)


@pytest.mark.parametrize("name", READERS)
@given(edits=EDITS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_a_changed_file_or_refuses_it(
    name: str, edits: list[tuple[float, int, str]], tmp_path: Path
) -> None:
    place, text, read = READERS[name]
    for at, length, piece in edits:
        start = int(at * len(text))
        text = text[:start] + piece + text[start + length :]
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with suppress(*REFUSALS):
        read(tmp_path)


@pytest.mark.parametrize("name", READERS)
@given(content=st.binary(max_size=200))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reads_any_bytes_or_refuses_them(name: str, content: bytes, tmp_path: Path) -> None:
    place, _, read = READERS[name]
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    with suppress(*REFUSALS):
        read(tmp_path)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", ["folder", "link to itself", "link to nowhere", "huge"])
def test_refuses_what_is_not_a_file_of_that_kind(name: str, kind: str, tmp_path: Path) -> None:
    place, text, read = READERS[name]
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    match kind:
        case "folder":
            file.mkdir()
        case "link to itself":
            file.symlink_to(file.name)
        case "link to nowhere":
            file.symlink_to("nowhere")
        case "huge":
            file.write_text(text + f"\n# {'x' * 1000}" * 40_000)
    with refusal() if (name, kind) != ("break-glass", "link to nowhere") else nullcontext():
        read(tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(service=st.sampled_from(sorted(CATALOGUE)), seed=st.integers(0, 10**6), value=JSON)
@settings(max_examples=300)
def test_a_service_of_the_catalogue_is_read_or_refused(
    service: str, seed: int, value: object
) -> None:
    data = CATALOGUE[service].model_dump(mode="json")
    dice, inner = random.Random(seed), data
    while True:
        key = dice.choice(list(inner) if isinstance(inner, dict) else range(len(inner)))
        if not isinstance(inner[key], dict | list) or not inner[key] or dice.random() < 0.3:
            inner[key] = value
            break
        inner = inner[key]
    problems: list[Problem] = []
    try:
        Microservice.model_validate(data)
    except ValidationError as error:
        problems = to_problems(error)
    assert all(str(problem) for problem in problems)


def test_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ENVIRONMENTS, tmp_path / "environments"))
    (folder / "test-12.toml").write_bytes(b"\xef\xbb\xbfname = 1")
    (folder / "staging-2.toml").unlink()
    (folder / "staging-2.toml").mkdir()
    text = (folder / "sandbox.toml").read_text()
    (folder / "sandbox.toml").write_text(text.replace('stage = "', 'stagee = "', 1))
    with pytest.raises(InvalidInput) as refused:
        load_environments(folder)
    messages = [str(problem) for problem in refused.value.problems]
    assert any("test-12.toml: found a byte order mark" in message for message in messages)
    assert any("staging-2.toml: found a folder" in message for message in messages)
    assert any(
        "did you mean stage?" in message and "sandbox.toml:" in message for message in messages
    )
