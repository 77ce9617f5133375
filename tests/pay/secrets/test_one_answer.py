"""Whatever a variable is named and holds, all five doors give the same answer about it: the model
and the environment files at synthesis, the guard and the review on the plan, the PCI gate.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.environments.file import read
from pay.model.service.container import plain_text_secrets
from pay.secrets.values import MASK
from rollout.guard.rules.containers import writes_no_secret_in_plain_text as guard_rule
from rollout.guard.rules.plan import holds_no_secret_in_plain_text as guard_rule_of_all
from rollout.plans.plan import Plan
from rollout.plans.read import StackPlan
from rollout.review.containers import new_containers
from tests.conftest import ROOT
from tests.policies.warm_gate import GATE_PYTHON
from tests.support.plans import EC2, change, container, plan
from tests.support.secret_table import Pair, secret_table

Door = Callable[[list[Pair]], list[bool]]
"""Which of the variables a door takes for secrets."""

REFUSED, ORDINARY = secret_table()

_GATE = """
import json, sys
from policies.checks.containers.containers_hold_no_secret_in_their_environment import judge
from tests.policies.blocks import task
for line in sys.stdin:
    tasks = [task({"environment": [{"name": n, "value": v}]}) for n, v in json.loads(line)]
    print(json.dumps([bool(judge(each)) for each in tasks]), flush=True)
"""


@pytest.fixture(scope="module")
def gate() -> Iterator[Door]:
    """The gate's rule, in the gate's own environment."""
    with subprocess.Popen(
        [str(GATE_PYTHON), "-c", _GATE],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        questions, answers = process.stdin, process.stdout
        assert questions is not None
        assert answers is not None

        def judged(pairs: list[Pair]) -> list[bool]:
            questions.write(json.dumps(pairs) + "\n")
            questions.flush()
            answer: list[bool] = json.loads(answers.readline())
            return answer

        yield judged


@pytest.fixture(scope="module")
def environment_file(tmp_path_factory: pytest.TempPathFactory) -> Door:
    path = tmp_path_factory.mktemp("environments") / "sandbox.toml"

    def judged(pairs: list[Pair]) -> list[bool]:
        path.write_text(
            tomlkit.dumps({f"t{i}": {name: value} for i, (name, value) in enumerate(pairs)}),
            encoding="utf-8",
            newline="",
        )
        secret = {
            problem.key.split(".")[0]
            for problem in read(path).problems
            if problem.found.startswith("what looks like a secret")
        }
        return [f"t{i}" in secret for i in range(len(pairs))]

    return judged


def model(pairs: list[Pair]) -> list[bool]:
    return [any(plain_text_secrets({name: value})) for name, value in pairs]


def planned(pairs: list[Pair]) -> Plan:
    """The plan of a new task definition with a container a variable."""
    variables = [[{"name": name, "value": value}] for name, value in pairs]
    containers = [container(name=f"c{i}", environment=each) for i, each in enumerate(variables)]
    values = {"family": "task", "container_definitions": json.dumps(containers)}
    return Plan.model_validate(plan(EC2, change("aws_ecs_task_definition.task", None, values)))


def guard(pairs: list[Pair]) -> list[bool]:
    stack_plan = StackPlan(Path(), "", Mock(), planned(pairs))
    findings = [finding.saw for finding in guard_rule.check(stack_plan, Mock())]
    return [any(f" of container c{i} " in each for each in findings) for i in range(len(pairs))]


def guard_of_canaries(pairs: list[Pair]) -> list[bool]:
    canaries = [
        change(
            f"aws_synthetics_canary.c{i}",
            None,
            {"run_config": [{"environment_variables": {name: value}}]},
        )
        for i, (name, value) in enumerate(pairs)
    ]
    plans = StackPlan(Path(), "", Mock(), Plan.model_validate(plan(EC2, *canaries)))
    refused = {finding.address for finding in guard_rule_of_all.check(plans, Mock())}
    return [f"aws_synthetics_canary.c{i}" in refused for i in range(len(pairs))]


def review(pairs: list[Pair]) -> list[bool]:
    (created,) = planned(pairs).managed
    _, *containers = new_containers(created)
    lines = {each.container: {line.what: line.after for line in each.lines} for each in containers}
    return [MASK in lines[f"c{i}"][f"variable {name}"] for i, (name, _) in enumerate(pairs)]


def test_the_doors_agree_about_the_table(gate: Door, environment_file: Door) -> None:
    pairs = [*REFUSED, *ORDINARY]
    expected = [True] * len(REFUSED) + [False] * len(ORDINARY)
    for door in (model, environment_file, guard, guard_of_canaries, review, gate):
        wrong = [
            pair
            for pair, answer, right in zip(pairs, door(pairs), expected, strict=True)
            if answer is not right
        ]
        assert wrong == []


WORDS = ("DB", "API", "KEY", "PASS", "SECRET", "ARN", "PUBLIC", "TOKEN", "LIVE", "ID", "AUTH", "X")
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60)
TABLE = [*REFUSED, *ORDINARY]
NAMES = st.one_of(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map("_".join),
    st.sampled_from([name for name, _ in TABLE]),
    st.text("abzABZ09_.-", min_size=1, max_size=20),
)
PUBLIC = ("ELBSecurityPolicy-", "ELBSecurityPolicy-TLS13-1-2-2021-06", f"@sha256:{'0f' * 32}")
"""Long texts that are no secret; what surrounds them may be one."""
KEYS = st.sampled_from(
    ["", "-", " ", "Qz8Wn3Lk5Vt7Rb2Yx9Hm4Jd6", "qX9vT2mZ7pLr4WcK8nYs3HbD6gJf1RtE"]
)
VALUES = st.one_of(
    st.tuples(KEYS, st.sampled_from(PUBLIC), KEYS).map("".join),
    TEXTS,
    st.sampled_from([value for _, value in TABLE]),
    st.lists(st.sampled_from([value for _, value in TABLE]), max_size=3).map(" ".join),
    st.text("aA0bB1cC2/+=_-:,{}[]$\"'", max_size=80),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), TEXTS),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)
        ),
        max_leaves=6,
    ).map(json.dumps),
)


@pytest.mark.slow
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=8))
def test_the_doors_agree_about_any_variable(
    gate: Door, environment_file: Door, pairs: list[Pair]
) -> None:
    answers = model(pairs)
    assert environment_file(pairs) == answers
    assert guard(pairs) == answers
    assert guard_of_canaries(pairs) == answers
    assert review(pairs) == answers
    assert gate(pairs) == answers
