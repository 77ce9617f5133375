"""Messages to Node that do not wait for their answers."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsii
import pytest
from cdktf import (
    App,
    Fn,
    IAnyProducer,
    Lazy,
    TerraformElement,
    TerraformLocal,
    TerraformStack,
    Token,
)

from imports.aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarmConfig,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from imports.aws.lb import Lb
from pay.hcl import sent_ahead as module
from pay.hcl.sent_ahead import MOST_UNREAD, sent_ahead
from tests.support.jsii_provider import way_to_node

TWICE = "There is already a Construct with name 'one' in TerraformStack"


class Counting:
    """Node, and how many messages waited for their answer."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self.waited: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.node, name)
        if not callable(found):
            return found

        def ask(*request: Any, **more: Any) -> Any:
            self.waited.append(name)
            return found(*request, **more)

        return ask


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counting]:
    counting = Counting(way_to_node())
    provider: Any = counting
    monkeypatch.setattr(jsii.kernel, "provider", sent_ahead(provider))
    yield counting
    way_to_node()


@pytest.fixture
def stack(node: Counting, tmp_path: Path) -> TerraformStack:
    return TerraformStack(App(outdir=str(tmp_path), stack_traces=False), "stack")


def test_waits_for_no_construct_after_the_first(node: Counting, stack: TerraformStack) -> None:
    del node.waited[:]
    for number in range(300):
        TerraformLocal(stack, f"local-{number}", number).add_override("also", number)
    assert node.waited == []
    assert len(stack.node.children) == 300


def test_asks_what_it_cannot_know(node: Counting, stack: TerraformStack) -> None:
    """Node numbers what a question returns, too; constructs after it are still the right ones."""
    alb = Lb(stack, "alb")
    assert Token.is_unresolved(alb.subnets)
    assert alb.node.path == "stack/alb"
    names = [Lb(stack, f"alb-{number}").node.id for number in range(3)]
    assert names == ["alb-0", "alb-1", "alb-2"]
    assert "get" in node.waited


def test_raises_the_first_error_with_what_it_is_about(stack: TerraformStack) -> None:
    for id_ in ("one", "one", "two", "two"):
        TerraformLocal(stack, id_, 1)
    with pytest.raises(RuntimeError, match=rf"^cdktf\.TerraformLocal one: {TWICE}") as raised:
        stack.node.children  # noqa: B018 - it waits for the answers
    assert "terraform-local.js" in str(raised.value.__cause__)
    # No answer is left over for the next question.
    other = TerraformStack(App(stack_traces=False), "other")
    TerraformLocal(other, "one", 1)
    assert [each.node.id for each in other.node.children] == ["one"]


def test_raises_an_error_at_the_latest_at_synthesis(stack: TerraformStack) -> None:
    TerraformLocal(stack, "one", 1)
    TerraformLocal(stack, "one", 1)
    with pytest.raises(RuntimeError, match=TWICE):
        App.of(stack).synth()


def test_raises_an_error_when_many_answers_wait(stack: TerraformStack) -> None:
    TerraformLocal(stack, "one", 1)
    TerraformLocal(stack, "one", 1)

    def many() -> None:
        for number in range(300):
            TerraformLocal(stack, f"local-{number}", number)

    with pytest.raises(RuntimeError, match=TWICE):
        many()
    assert len(stack.node.children) > 1


@pytest.mark.parametrize("size", [1, 2_500, 3 * MOST_UNREAD])
def test_errors_longer_than_a_pipe_are_raised(stack: TerraformStack, size: int) -> None:
    """Each answer has a stack trace. Python and Node would wait for each other for ever."""

    def many() -> None:
        for _ in range(200):
            TerraformLocal(stack, "one", "v" * size)
        stack.node.children  # noqa: B018 - it waits for the answers

    def give_up(*_: object) -> None:
        raise TimeoutError("Python and Node wait for each other")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(30)
    try:
        with pytest.raises(RuntimeError, match=TWICE):
            many()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_an_argument_that_node_has_to_know_first_is_made_first(stack: TerraformStack) -> None:
    @jsii.implements(IAnyProducer)
    class Produced:
        def produce(self, context: Any) -> Any:
            return "late"

    late = Lazy.any_value(Produced())
    TerraformLocal(stack, "one", late)
    TerraformLocal(stack, "two", Lazy.any_value(Produced()))
    assert stack.to_terraform()["locals"] == {"one": "late", "two": "late"}


def test_says_what_node_answered_in_place_of_what_is_required(
    node: Counting, stack: TerraformStack
) -> None:
    provider: Any = jsii.kernel.provider
    TerraformLocal(stack, "one", 1)
    provider._last += 7  # as if Node had numbered something that Python does not know of
    TerraformLocal(stack, "two", 1)
    with pytest.raises(RuntimeError, match=r"two: Node answered .*@\d+.*, required is .*_TRACES=1"):
        stack.node.children  # noqa: B018 - it waits for the answers


def test_says_that_node_has_ended(stack: TerraformStack, monkeypatch: pytest.MonkeyPatch) -> None:
    provider: Any = jsii.kernel.provider
    stack.node.children  # noqa: B018 - it waits for the answers
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as broken:
        monkeypatch.setattr(provider, "_to_node", broken)
        with pytest.raises(RuntimeError, match="Node, which cdktf runs in, has ended"):
            TerraformLocal(stack, "one", 1).add_override("two", 2)


def test_python_is_still_called_back(stack: TerraformStack) -> None:
    class Own(TerraformElement):
        def to_terraform(self) -> Any:
            return {"locals": {"own": "called"}}

    TerraformLocal(stack, "before", 1)
    Own(stack, "own")
    TerraformLocal(stack, "after", 1)
    assert stack.to_terraform()["locals"] == {"before": 1, "own": "called", "after": 1}


def test_jsii_s_own_setting_waits_for_each_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JSII_HOST_STACK_TRACES", "1")
    provider: Any = way_to_node()
    assert sent_ahead(provider) is provider


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "$jsii.struct" in value:
        struct = value["$jsii.struct"]
        data = {k: _without_nulls(each) for k, each in struct["data"].items() if each is not None}
        return {"$jsii.struct": {**struct, "data": data}}
    return {key: _without_nulls(each) for key, each in value.items()}


def test_arguments_are_jsii_s_without_what_is_not_set(
    stack: TerraformStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    metric = CloudwatchMetricAlarmMetricQueryMetric(metric_name="n", period=60, stat="Sum")
    config = CloudwatchMetricAlarmConfig(
        alarm_name="alarm",
        comparison_operator="LessThanThreshold",
        evaluation_periods=1,
        threshold=0,
        actions_enabled=False,
        dimensions={"a": "b"},
        alarm_actions=["one", Fn.join("-", ["two", "three"])],
        metric_query=[
            CloudwatchMetricAlarmMetricQuery(id="m1", metric=metric),
            {"id": "m2", "expression": "m1 / 2"},
        ],
    )
    arguments = [stack, "alarm", config, None, {"a": None, "b": [1.5, True]}]
    ours = module._argument(jsii.kernel, arguments)
    # It calls itself by this name.
    monkeypatch.setattr(jsii._kernel, "_make_reference_for_native", module._slowly)
    jsii_s = module._slowly(jsii.kernel, arguments)
    assert ours == _without_nulls(jsii_s) != jsii_s
