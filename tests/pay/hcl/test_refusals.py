"""The writer reports every mistake in one message, each with its place."""

from decimal import Decimal
from typing import Any

import pytest

from pay.hcl.errors import HclError
from pay.hcl.schema import ProviderSchema
from pay.hcl.writer import to_hcl


def problems(document: Any, schema: ProviderSchema) -> tuple[str, ...]:
    with pytest.raises(HclError) as caught:
        to_hcl(document, schema)
    return caught.value.problems


def load_balancer(**arguments: Any) -> dict[str, Any]:
    return {"resource": {"aws_lb": {"this": arguments}}}


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (
            {"resource": {"aws_nonsense": {"this": {}}}},
            "resource.aws_nonsense.this: aws_nonsense is not in aws-5.100.schema.json; add "
            "aws_nonsense to its stack's row in constructs/pay/model/stacks.py and run "
            "`make bindings`",
        ),
        (
            {"data": {"aws_nonsense": {"this": {}}}},
            "data.aws_nonsense.this: aws_nonsense is not in aws-5.100.schema.json; add the line "
            "aws_nonsense to toolchain/bindings/data_sources.txt and run `make bindings`",
        ),
        (
            {"check": {"c": {"data": {"aws_nonsense": {"this": {}}}}}},
            "check.c.data.aws_nonsense.this: aws_nonsense is not in aws-5.100.schema.json; add the "
            "line aws_nonsense to toolchain/bindings/data_sources.txt and run `make bindings`",
        ),
        (
            {"provider": {"google": {}}},
            "provider.google: google is not in aws-5.100.schema.json",
        ),
        (
            {"module": {"a": {"source": "./a"}}},
            "module: is not a known block; known: terraform, provider, variable, "
            "locals, moved, import, removed, data, resource, check, output",
        ),
        (
            load_balancer(nmae="x"),
            "resource.aws_lb.this: has no argument nmae; did you mean name?",
        ),
        (
            load_balancer(quux={"host": "x"}),
            "resource.aws_lb.this: has no argument quux",
        ),
        (
            load_balancer(access_logs="logs"),
            "resource.aws_lb.this.access_logs: is a block, so an object is expected; "
            "found a string",
        ),
        (
            load_balancer(access_logs={"bucket": {"name": "logs"}}),
            "resource.aws_lb.this.access_logs.bucket: is an attribute of type string; "
            "found an object",
        ),
        (
            load_balancer(name=["x"]),
            "resource.aws_lb.this.name: is an attribute of type string; found a list",
        ),
        (
            load_balancer(subnets="subnet-1"),
            "resource.aws_lb.this.subnets: is an attribute that takes a list; found a string",
        ),
        (
            load_balancer(subnets={"id": "subnet-1"}),
            "resource.aws_lb.this.subnets: is an attribute that takes a list; found an object",
        ),
        (
            load_balancer(tags=["Name"]),
            "resource.aws_lb.this.tags: is an attribute that takes an object; found a list",
        ),
        (
            load_balancer(timeouts=[{"create": "1m"}, {"delete": "1m"}]),
            "resource.aws_lb.this.timeouts: is allowed once; found 2",
        ),
        (
            load_balancer(tags={1: "x"}),
            "resource.aws_lb.this.tags: the key 1 is a int; keys are strings",
        ),
        (
            {"resource": {"aws_lb": {7: {}}}},
            "resource.aws_lb: the name 7 is a int, not a string",
        ),
        (
            load_balancer(idle_timeout=float("nan")),
            "resource.aws_lb.this.idle_timeout: nan is not a number that Terraform knows",
        ),
        (
            load_balancer(idle_timeout=Decimal("Infinity")),
            "resource.aws_lb.this.idle_timeout: Decimal('Infinity') is not a number that Terraform "
            "knows",
        ),
        (
            load_balancer(name={1, 2}.__class__),
            "resource.aws_lb.this.name: <class 'set'> is a type; Terraform has no such value",
        ),
        (
            load_balancer(name="${aws_lb.other.name"),
            "resource.aws_lb.this.name: '{' is not closed in '${aws_lb.other.name'",
        ),
        (
            load_balancer(depends_on=["${aws_lb.other}"]),
            "resource.aws_lb.this.depends_on: takes a reference such as aws_lb.this, without ${}; "
            "found '${aws_lb.other}'",
        ),
        (
            load_balancer(depends_on="all"),
            "resource.aws_lb.this.depends_on: takes a list of references; found a string",
        ),
        (
            load_balancer(lifecycle={"ignore_changes": ["*"]}),
            "resource.aws_lb.this.lifecycle.ignore_changes: takes a reference such as aws_lb.this, "
            "without ${}; found '*'",
        ),
        (
            load_balancer(dynamic={"name": {"for_each": [1], "content": {}}}),
            "resource.aws_lb.this.dynamic.name: name is not a block of this resource",
        ),
        (
            {"locals": {"a b": 1}},
            "locals: the name 'a b' is not an identifier",
        ),
        (
            {"variable": {"a": {"type": "list(string"}}},
            "variable.a.type: '(' is not closed in 'list(string'",
        ),
        (
            {"moved": [{"from": "aws_lb.a", "to": 3}]},
            "moved.to: takes a Terraform expression as a string; found the number 3",
        ),
        (
            {"terraform": {"cloud": {"organization": "pay"}}},
            "terraform: has no argument cloud",
        ),
        ({"output": "x"}, "output: takes an object of blocks by name; found a string"),
    ],
)
def test_refuses(document: Any, problem: str, aws: ProviderSchema) -> None:
    assert problems(document, aws) == (problem,)


def test_names_every_problem_at_once(aws: ProviderSchema) -> None:
    document = {
        **load_balancer(nmae="x", name=[], access_logs=[{"bukcet": "b"}, {"bucket": 1, "a": 2}]),
        "output": {"o": {"vlaue": 1}},
    }
    assert problems(document, aws) == (
        "resource.aws_lb.this: has no argument nmae; did you mean name?",
        "resource.aws_lb.this.name: is an attribute of type string; found a list",
        "resource.aws_lb.this.access_logs[0]: has no argument bukcet; did you mean bucket?",
        "resource.aws_lb.this.access_logs[1]: has no argument a",
        "output.o: has no argument vlaue; did you mean value?",
    )
