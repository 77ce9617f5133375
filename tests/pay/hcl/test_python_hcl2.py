"""A second reader: python-hcl2 reads from the HCL2 exactly the document."""

from decimal import Decimal
from typing import Any

import hcl2
import pytest
from hcl2.utils import SerializationOptions
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.hcl.schema import ProviderSchema
from pay.hcl.shapes import Argument, NestedBlock, Shape
from pay.hcl.writer import to_hcl
from tests.support.terraform_values import scalars, texts

pytestmark = pytest.mark.slow

TYPES = [
    "aws_lb",
    "aws_lb_listener",
    "aws_ecs_service",
    "aws_launch_template",
    "aws_cloudwatch_metric_alarm",
    "aws_appautoscaling_policy",
]
OWN = ("count", "for_each", "provider", "lifecycle", "depends_on")

# python-hcl2 8.1 takes `$${` only with a closing brace; Terraform reads it in test_same_meaning.
# It also drops a U+FEFF.
_UNREADABLE = ("${", "%{", "\ufeff")
readable_texts = texts.filter(lambda text: not any(part in text for part in _UNREADABLE))
# It reads every number into a float, which has neither 1e400 nor a sign of 0.
readable_scalars = st.one_of(
    readable_texts,
    scalars.filter(lambda value: not isinstance(value, str | Decimal)),
)
references = st.sampled_from(["${var.a}", "${data.aws_vpc.this.id}", '${local.a["b"][0].c}'])
primitives = {
    "string": st.one_of(readable_texts, references),
    "number": st.one_of(st.integers(-(10**9), 10**9), st.sampled_from(["7", "${var.n}", 0, 0.5])),
    "bool": st.one_of(st.booleans(), st.sampled_from(["true", "${var.yes}"])),
}


def values_of(argument: Argument) -> st.SearchStrategy[Any]:
    if argument.primitive:
        return primitives[argument.primitive]
    if argument.kind == "sequence":
        return st.one_of(st.lists(primitives["string"], max_size=3), references)
    if argument.kind == "mapping":
        return st.dictionaries(readable_texts, primitives["string"], max_size=3)
    return readable_scalars


def bodies(shape: Shape, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    arguments = {}
    for name, entry in shape.entries.items():
        if isinstance(entry, Argument):
            if entry.is_computed:
                continue
            arguments[name] = values_of(entry)
        elif depth and isinstance(entry, NestedBlock):
            most = 3 if entry.nesting_mode in ("list", "set") else 1
            arguments[name] = st.lists(bodies(entry.shape, depth - 1), min_size=1, max_size=most)
    for name in OWN if depth == 3 else ():
        arguments.pop(name, None)
    return st.sets(st.sampled_from(sorted(arguments) or [""]), max_size=5).flatmap(
        lambda names: st.fixed_dictionaries(
            {name: arguments[name] for name in sorted(names) if name in arguments}
        )
    )


def marked(body: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """Return the body with its blocks marked as python-hcl2 marks them."""
    block: dict[str, Any] = {"__is_block__": True}
    for name, value in body.items():
        entry = shape.entries[name]
        if isinstance(entry, NestedBlock):
            block[name] = [marked(each, entry.shape) for each in value]
        else:
            block[name] = value
    return block


@pytest.mark.parametrize("type", TYPES)
@given(data=st.data())
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_reads_every_argument_and_nested_block_back(
    type: str, data: st.DataObject, aws: ProviderSchema
) -> None:
    shape = aws.resource(type)
    assert shape is not None
    body = data.draw(bodies(shape, 3))
    text = to_hcl({"resource": {type: {"this": body}}}, aws)
    read = hcl2.loads(text, serialization_options=SerializationOptions(strip_string_quotes=True))
    [resource] = read["resource"]
    assert resource[type]["this"] == marked(body, shape)
