"""The writer reports every mistake in one message, each with its place."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.hcl.errors import HclError
from pay.hcl.grammar import ESCAPE
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
            "provider.google: google is not in aws-5.100.schema.json; this project uses the "
            "provider aws alone",
        ),
        (
            {"resource": {"terraform_data": {"this": {}}}},
            "resource.terraform_data.this: terraform_data is not in aws-5.100.schema.json; this "
            "project uses the provider aws alone",
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
            "resource.aws_lb.this.name: '{' is not closed in '${aws_lb.other.name'; " + ESCAPE,
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
            'resource.aws_lb.this.lifecycle.ignore_changes: takes "all", not in a list, for every '
            "attribute; found ['*']",
        ),
        (
            load_balancer(lifecycle={"ignore_changes": ["access_logs[*]"]}),
            "resource.aws_lb.this.lifecycle.ignore_changes: takes a reference such as "
            "tags[\"Name\"], without ${}; found 'access_logs[*]'",
        ),
        (
            load_balancer(provider="${aws.paris}"),
            "resource.aws_lb.this.provider: takes a reference such as aws.paris, without ${}; "
            "found '${aws.paris}'",
        ),
        (
            load_balancer(arn="x"),
            "resource.aws_lb.this.arn: has its value from AWS and cannot be set; leave it out",
        ),
        (load_balancer(arm="x"), "resource.aws_lb.this: has no argument arm"),
        (
            load_balancer(provisioner={"local-exec": {"command": "x"}}),
            "resource.aws_lb.this: has no argument provisioner; this project does not use it "
            "(constructs/pay/hcl/terraform_blocks.py)",
        ),
        (
            {"provider": {"aws": {"version": "~> 5.0"}}},
            "provider.aws: has no argument version; set it in terraform.required_providers",
        ),
        (
            {"terraform": {"required_providers": {"aws": {"configuration_aliases": ["aws.a"]}}}},
            "terraform.required_providers.aws: takes no configuration_aliases: they are for "
            "modules; leave them out",
        ),
        (
            load_balancer(access_logs=[[{"bucket": "b"}]]),
            "resource.aws_lb.this.access_logs: is a list in a list; write one list",
        ),
        (
            load_balancer(name="<cdktf.TerraformVariable object at 0x7ff13b98>"),
            "resource.aws_lb.this.name: has <cdktf.TerraformVariable object at 0x7ff13b98> in "
            "place of a value; put the value into the text, such as variable.string_value or "
            "Token.as_string(iterator.value)",
        ),
        (
            {"resource": {"aws_sns_topic": {"this": {"policy": '{"a": "b-[object Object]"}'}}}},
            "resource.aws_sns_topic.this.policy: has [object Object] in place of a value; put the "
            "value into the text, such as variable.string_value or Token.as_string(iterator.value)",
        ),
        (
            load_balancer(dynamic={'"access_logs"': {"for_each": [1], "content": {}}}),
            'resource.aws_lb.this.dynamic."access_logs": "access_logs" is not a block of this '
            "resource; did you mean access_logs?",
        ),
        (
            load_balancer(dynamic={"access_logs": {"iterator": "a.b", "content": {}}}),
            "resource.aws_lb.this.dynamic.access_logs.iterator: takes a name such as each; found "
            "'a.b'; use letters, digits, _ and -, and begin with a letter or _",
        ),
        (
            load_balancer(dynamic={"name": {"for_each": [1], "content": {}}}),
            "resource.aws_lb.this.dynamic.name: name is not a block of this resource",
        ),
        (
            {"locals": {"a b": 1}},
            "locals: the name 'a b' is not an identifier; use letters, digits, _ and -, and begin "
            "with a letter or _",
        ),
        (
            {"variable": {"a": {"type": "list(string"}}},
            "variable.a.type: '(' is not closed in 'list(string'; " + ESCAPE,
        ),
        (
            {"variable": {"a": {"type": "set"}}},
            "variable.a.type: takes set with its parts, such as set(string); found 'set'",
        ),
        (
            {"variable": {"a": {"type": "object({a=list, list=string})"}}},
            "variable.a.type: takes list with its parts, such as set(string); found "
            "'object({a=list, list=string})'",
        ),
        (
            {"variable": {"a": {"type": '"string"'}}},
            "variable.a.type: takes a type without quotes of its own; found '\"string\"'",
        ),
        (
            {"variable": {"a": {"type": "${string}"}}},
            "variable.a.type: takes a Terraform expression without ${}; found '${string}'",
        ),
        (
            {"moved": [{"from": "aws_lb.a", "to": 3}]},
            "moved.to: takes a Terraform expression as a string; found the number 3",
        ),
        (
            {"terraform": {"cloud": {"organization": "pay"}}},
            "terraform: has no argument cloud; this project does not use it "
            "(constructs/pay/hcl/terraform_blocks.py)",
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


@pytest.mark.parametrize(
    "arguments",
    [
        {"arn": None},
        {"lifecycle": {"ignore_changes": "all"}},
        {"lifecycle": {"ignore_changes": ['tags["kubernetes.io/role/elb"]', 'tags["a b"]']}},
        {"lifecycle": {"ignore_changes": ["access_logs[0].bucket"]}},
        {"depends_on": ['aws_lb.other["x y"]', "aws_lb.caf\u00e9"]},
        {"dynamic": {"access_logs": {"for_each": [1], "iterator": "each", "content": {}}}},
        {"name": "an object at 0x7f and [object]"},
    ],
)
def test_takes_what_is_near_to_a_refusal(arguments: Any, aws: ProviderSchema) -> None:
    assert to_hcl(load_balancer(**arguments), aws)


_BLOCKS = ("access_logs", "connection_logs", "ipam_pools", "subnet_mapping")
_LABELS = st.sampled_from([*_BLOCKS, "name", "tags", "\ufeff", ""])


@given(_LABELS, st.sampled_from(["{}", '"{}"', "'{}'", " {}", "\ufeff{}", "{}s"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_label_of_a_dynamic_block_is_a_block_or_refused_by_name(
    aws: ProviderSchema, name: str, form: str
) -> None:
    label = form.format(name)
    document = load_balancer(dynamic={label: {"for_each": [1], "content": {}}})
    if label in _BLOCKS:
        assert f'dynamic "{label}" {{' in to_hcl(document, aws)
        return
    (problem,) = problems(document, aws)
    assert f"{label} is not a block of this resource" in problem
    assert name not in _BLOCKS or f"did you mean {name}?" in problem


@pytest.mark.parametrize(
    ("refused", "hinted", "hcl"),
    [
        ("echo ${VAR:-x}", "echo $${VAR:-x}", '"echo $${VAR:-x}"'),
        ("%{Host}i %h", "%%{Host}i %h", '"%%{Host}i %h"'),
        ('${upper("a"b")}', '${upper("a\\"b")}', 'upper("a\\"b")'),
        ('${regex("\\d", var.a)}', '${regex("\\\\d", var.a)}', 'regex("\\\\d", var.a)'),
        ("${(var.a == undefined)}", "${var.a == 0}", "var.a == 0"),
        ("${<<EOT\nx\nEOT}", "${<<EOT\nx\nEOT\n}", '"x\\n"'),
    ],
)
def test_each_hint_works(refused: str, hinted: str, hcl: str, aws: ProviderSchema) -> None:
    assert problems(load_balancer(name=refused), aws)
    assert f"  name = {hcl}\n" in to_hcl(load_balancer(name=hinted), aws)
