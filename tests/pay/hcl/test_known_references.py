"""References that Python answers are those that Node would answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsii
import pytest
from cdktf import App, TerraformOutput, TerraformStack
from constructs import Construct

from imports.aws.data_aws_lb import DataAwsLb
from imports.aws.data_aws_route53_zone import DataAwsRoute53Zone
from imports.aws.ecs_cluster import EcsCluster
from imports.aws.lb_target_group import LbTargetGroup
from imports.aws.provider import AwsProvider
from pay.hcl.known_references import answer_known_references
from pay.hcl.schema import ProviderSchema
from pay.model import Environment
from stacks.made_from import SCHEMA
from tests.conftest import ROOT
from tests.support.jsii_provider import way_to_node
from tests.support.synthesised import synthesise


class Counting:
    """Node, and how many attributes it was asked for."""

    def __init__(self, node: Any) -> None:
        self.node = node
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.node, name)

    def get(self, request: Any) -> Any:
        self.asked.append(request.property)
        return self.node.get(request)


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting(way_to_node())
    monkeypatch.setattr(jsii.kernel, "provider", counting)
    return counting


@pytest.fixture
def schema() -> ProviderSchema:
    return ProviderSchema.load(ROOT / SCHEMA)


@pytest.mark.slow
def test_gives_the_same_stacks_with_fewer_questions(
    node: Counting, schema: ProviderSchema, environments: dict[str, Environment]
) -> None:
    estate = [environments["sandbox"]]
    answered_by_node = synthesise(estate)
    assert "arn" in node.asked
    node.asked.clear()
    answer_known_references(schema)
    assert synthesise(estate) == answered_by_node
    assert set(node.asked) == {"ids", "path"}, "lists, and the archives of canaries"


Build = Callable[[TerraformStack], Any]


def _override(stack: TerraformStack) -> Any:
    cluster = EcsCluster(stack, "cluster", name="one")
    cluster.override_logical_id("renamed")
    return cluster.arn


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda s: DataAwsLb(s, "alb", name="one").arn, id="data source"),
        pytest.param(lambda s: LbTargetGroup(s, "group").arn_suffix, id="resource"),
        pytest.param(lambda s: DataAwsRoute53Zone(s, "zone").zone_id, id="digits"),
        pytest.param(lambda s: EcsCluster(s, "cluster", name="one").name, id="configured"),
        pytest.param(lambda s: EcsCluster(s, "a.b", name="one").arn, id="dropped characters"),
        pytest.param(
            lambda s: EcsCluster(Construct(s, "Default"), "cluster", name="one").arn, id="hidden"
        ),
        pytest.param(
            lambda s: EcsCluster(Construct(s, "part"), "cluster", name="one").arn, id="hashed"
        ),
        pytest.param(_override, id="renamed"),
    ],
)
def test_answers_as_node_does(
    build: Build, node: Counting, schema: ProviderSchema, tmp_path: Path
) -> None:
    def rendered(name: str) -> Any:
        app = App(outdir=str(tmp_path / name), stack_traces=False)
        stack = TerraformStack(app, "one")
        AwsProvider(stack, "aws")
        TerraformOutput(stack, "value", value=build(stack))
        app.synth()
        return json.loads((tmp_path / name / "stacks" / "one" / "cdk.tf.json").read_bytes())

    expected = rendered("node")
    answer_known_references(schema)
    assert rendered("python") == expected
