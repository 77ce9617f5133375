"""Every rule on real plans: made in the sandbox, by real changes, through the real stacks.

One walk of a service makes them all: it stands at `canary` when the bad changes are planned.
"""

import copy
import json
import tempfile
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.containers.keys import CONTAINER_DEFINITION
from pay.containers.stored import as_stored
from pay.model import Environment
from pay.model.problem import InvalidInput
from rollout.guard.rule import Context
from rollout.guard.rules import RULES
from rollout.guard.verdict import judge
from rollout.plans.containers import TASK_DEFINITION
from rollout.plans.read import StackPlan, read_plans
from rollout.plans.records import RECORD_TYPE
from rollout.plans.values import same
from rollout.review.document import review
from rollout.review.render import as_html, as_markdown
from tests.policies.conftest import judge as gate
from tests.support.mutations import damaged, harms
from tests.support.one_attribute import attributes_in_use, one_attribute_changed, settled
from tests.support.plans import EC2, FARGATE, PLATFORM, TRAFFIC, Json
from tests.support.walked_plans import BAD, DEPLOYED, GOOD, PROXY, PUBLIC, Plans, walk
from tests.support.weekly_changes import WEEKLY, WORKER, weekly_plan

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="session")
def plans(
    environments: Mapping[str, Environment], tmp_path_factory: pytest.TempPathFactory
) -> Plans:
    """All real plans of this file."""
    return walk(environments["sandbox"], tmp_path_factory.mktemp("real"))


WALK = ("platform", "dark", "ready", "canary", "quarter", "to detached", "to retired")


OF_OTHER_STACKS = {
    "keeps-its-images": "tests/e2e/test_registry.py",
    "canaries-keep-their-role": "tests/e2e/test_smoke.py",
    "keeps-artefacts-closed": "tests/e2e/test_smoke.py",
    "keeps-its-canaries": "tests/e2e/test_smoke.py",
    "moves-canaries-to-runtimes-that-take-them": "tests/e2e/test_smoke.py",
    "sleeps-and-wakes-as-its-file-says": "tests/e2e/test_sleep.py",
    "tells-findings-as-its-file-says": "tests/e2e/test_watching.py",
}
"""Rules on stacks that no service has, and where their real plans are."""
WALKED = [rule for rule in RULES if rule not in OF_OTHER_STACKS]


@pytest.mark.parametrize("rule", WALKED)
def test_refuses_the_bad_change(plans: Plans, rule: str) -> None:
    label, address = BAD[rule]
    refused = judge(plans.context(label)).refused
    assert (rule, address) in {(refusal.rule, refusal.finding.address) for refusal in refused}


@pytest.mark.parametrize("rule", WALKED)
def test_lets_the_good_change_pass(plans: Plans, rule: str) -> None:
    context = plans.context(GOOD[rule])
    assert judge(context).refused == ()
    assert any(plan.plan.moving for plan in context.plans)


@pytest.mark.parametrize("step", WALK)
def test_lets_the_whole_walk_pass(plans: Plans, step: str) -> None:
    assert judge(plans.context(step)).refused == ()


def test_lets_an_address_move(plans: Plans) -> None:
    context = plans.context("renamed by moved")
    assert judge(context).refused == ()
    for plan in context.plans:
        assert plan.plan.moving == ()
        assert any(change.previous_address for change in plan.plan.managed)


def test_says_what_the_real_plans_move(plans: Plans) -> None:
    expected = {
        "dark": "publicauth, sandbox: Fargate side is created",
        "quarter": "publicauth, sandbox: Fargate 5 % → 25 %",
        "soak to ready": "publicauth, sandbox: Fargate 100 % → 0 %",
        "release": "publicauth 1-sandbox → 2-release",
        "to retired": "publicauth, sandbox: EC2 side is destroyed",
    }
    for label, effect in expected.items():
        context = plans.context(label)
        document = review(context, judge(context), None)
        assert any(effect in text for text in (document.title, *document.first_lines)), label
        assert effect in as_markdown(document, rest="the page").replace("\\", "")
        assert document.title in unescape(as_html(document))


ELSEWHERE: Mapping[str, Callable[[Any], Any]] = {
    "cpu": lambda value: 1,
    "dockerLabels": lambda value: {"team": "pay"},
    "environment": lambda value: [],
    "essential": lambda value: not value,
    "image": lambda value: "registry.test/other:2-release",
    "logConfiguration": lambda value: {**value, "logDriver": "json-file"},
    "memory": lambda value: 4,
    "mountPoints": lambda value: [],
    "portMappings": lambda value: [],
    "readonlyRootFilesystem": lambda value: False,
    "secrets": lambda value: [],
    "stopTimeout": lambda value: 2,
    "user": lambda value: "0",
}
"""Field of a container -> another value that AWS takes, and that hurts."""

HARMLESS = {("dockerLabels", True), ("memory", False)}
"""Fields of a container that may take any value, and those that may go: a limit of its memory."""


@pytest.mark.parametrize("key", sorted({*CONTAINER_DEFINITION} - {"name", "memoryReservation"}))
def test_refuses_every_field_of_a_container_that_changes(plans: Plans, key: str) -> None:
    """In each container of a real release: to another value, and away."""
    context = plans.context("release")
    for judged in context.plans:
        document = json.loads(judged.path.read_text())
        for release in document["resource_changes"]:
            if release["type"] != TASK_DEFINITION:
                continue
            definitions = json.loads(release["change"]["after"]["container_definitions"])
            for container in definitions:
                value = ELSEWHERE[key](container.get(key)) if key in ELSEWHERE else ["x"]
                gone = {name: item for name, item in container.items() if name != key}
                # Left out, a field has the value that ECS adds.
                was, left = (as_stored(each, "awsvpc").get(key) for each in (container, gone))
                for changed, is_set, becomes in (
                    ({**container, key: value}, True, value),
                    (gone, False, left),
                ):
                    if same(becomes, was):
                        continue
                    others = [changed if c is container else c for c in definitions]
                    release["change"]["after"]["container_definitions"] = json.dumps(others)
                    is_clean = judge(_again(document, context)).is_clean
                    assert is_clean == ((key, is_set) in HARMLESS), (container["name"], becomes)


def _again(document: Json, context: Context) -> Context:
    """A changed plan as the commands read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(json.dumps(document))
        return Context(read_plans([path], context.environments), context.environments)


@pytest.mark.parametrize("label", ["quarter", "release", "more"])
@given(data=st.data())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_never_lets_harm_pass_in_a_real_plan(plans: Plans, label: str, data: st.DataObject) -> None:
    context = plans.context(label)
    document = json.loads(data.draw(st.sampled_from(context.plans)).path.read_text())
    harmed = copy.deepcopy(document)
    harm = data.draw(harms())
    where = data.draw(st.integers(0, len(harmed["resource_changes"])))
    harmed["resource_changes"].insert(where, harm)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        path.write_text(json.dumps(harmed))
        again = Context(read_plans([path], context.environments), context.environments)
        assert not judge(again).is_clean, harm
        path.write_text(json.dumps(data.draw(damaged(document))))
        try:
            read = Context(read_plans([path], context.environments), context.environments)
        except InvalidInput:
            return
        review(read, judge(read), None)


@pytest.mark.parametrize("name", WEEKLY)
def test_lets_weekly_work_pass_and_says_what_it_does(
    plans: Plans, tmp_path: Path, name: str
) -> None:
    weekly = WEEKLY[name]
    path = tmp_path / f"{weekly.stack}.json"
    path.write_text(json.dumps(weekly.applied_to(_document(plans, weekly.stack))))
    environments = plans.environments["release"]
    context = Context(read_plans([path], environments), environments)
    verdict = judge(context)
    assert verdict.refused == ()
    text = as_markdown(review(context, verdict, None), rest="the page").replace("\\", "")
    assert weekly.says in "\n".join(text.splitlines()[:10])


def test_the_gate_lets_weekly_work_pass(plans: Plans, tmp_path: Path) -> None:
    """All changes of a stack at once: a rule judges each setting alone."""
    options: list[object] = []
    for stack in DEPLOYED:
        changes = [weekly for weekly in WEEKLY.values() if weekly.stack == stack]
        path = tmp_path / f"{stack}.json"
        path.write_text(json.dumps(weekly_plan(_document(plans, stack), changes)))
        options += ["--plan", path]
    (report,) = gate([plans.hcl], "--partial", *options).values()
    assert report["problems"] == []
    assert [each for each in report["findings"] if each["outcome"] == "failed"] == []


def _document(plans: Plans, stack: str) -> Json:
    label = DEPLOYED[stack]
    (path,) = [path for path in plans.files[label] if path.stem == stack]
    document: Json = json.loads(path.read_text())
    return document


RIGHTS = {"keeps-the-rights-that-it-needs", "widens-no-iam-statement"}
"""What one role loses, another gets."""


def _settled(plans: Plans) -> list[StackPlan]:
    """What the platform, both sides and the records are at `canary` once the release is applied,
    and the sides of services of other forms.
    """
    of_others = (p for label in ("at work", "others") for p in plans.context(label).plans)
    platform = (p for p in plans.context("more").plans if p.stack.id == PLATFORM)
    records = plans.context("quarter").plans  # It starts from what they are at `canary`.
    here = (*platform, *plans.context("release").plans, *records, *of_others)
    at_rest = [replace(plan, plan=settled(plan.plan)) for plan in here]
    stacks = {PLATFORM, EC2, FARGATE, TRAFFIC, WORKER, PROXY, PUBLIC}
    assert {plan.stack.id for plan in at_rest} == stacks
    return at_rest


def test_every_change_of_an_attribute_is_refused_harmless_or_in_a_safe_direction(
    plans: Plans, golden: Callable[[str, str], None]
) -> None:
    """Each attribute in use changes alone, to another legal value; the file shows what became of
    it: refused at every value, let pass at every value, or let pass in one direction.
    """
    environments = plans.environments["release"]
    outcomes: dict[tuple[str, str], set[frozenset[str]]] = {}
    in_use: set[tuple[str, str]] = set()
    for at_rest in _settled(plans):
        assert judge(Context((at_rest,), environments)).refused == ()
        in_use |= attributes_in_use(at_rest.plan)
        for changed in one_attribute_changed(at_rest.plan):
            context = Context((replace(at_rest, plan=changed.plan),), environments)
            refused = judge(context).refused
            rules = frozenset(refusal.rule for refusal in refused)
            if changed.type != RECORD_TYPE:  # Of a record, each part has its own rule.
                # One change, one refusal, by the rule that knows why.
                assert {refusal.finding.address for refusal in refused} <= {changed.address}
                assert len(rules) <= 1 or rules == RIGHTS, (changed.type, changed.attribute, rules)
            outcomes.setdefault((changed.type, changed.attribute), set()).add(rules)
    assert set(outcomes) == in_use
    lines = (_outcome(*attribute, rules) for attribute, rules in sorted(outcomes.items()))
    golden("changes-in-place.txt", "\n".join(lines) + "\n")


def _outcome(type: str, attribute: str, rules: Set[frozenset[str]]) -> str:
    by = ", ".join(sorted(frozenset[str]().union(*rules)))
    kinds = {(True, False): "refused", (True, True): "in one direction", (False, True): "harmless"}
    kind = kinds[bool(by), frozenset() in rules]
    return f"{type} {attribute}: {kind}{f' ({by})' if by else ''}"
