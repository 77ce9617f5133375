"""Blocks and their arguments: bare or quoted, and their order."""

from typing import Any

import pytest

from pay.hcl.schema import ProviderSchema
from pay.hcl.writer import to_hcl
from tests.support.realistic_document import DOCUMENT, READING_AT_PLAN


def resource(type: str, **arguments: Any) -> dict[str, Any]:
    return {"resource": {type: {"this": arguments}}}


def test_puts_meta_arguments_first_and_depends_on_last(aws: ProviderSchema) -> None:
    document = resource(
        "aws_lb",
        depends_on=["aws_lb.a", "data.aws_vpc.b"],
        lifecycle={"ignore_changes": ["subnets", 'tags["Name"]']},
        access_logs=[{"enabled": True, "bucket": "b"}],
        tags={"Name": "x"},
        name="x",
        internal=False,
        provider="aws.paris",
        for_each="${local.all}",
    )
    assert to_hcl(document, aws) == (
        'resource "aws_lb" "this" {\n'
        "  for_each = local.all\n"
        "  provider = aws.paris\n"
        "\n"
        "  internal = false\n"
        '  name     = "x"\n'
        "\n"
        "  tags = {\n"
        '    Name = "x"\n'
        "  }\n"
        "\n"
        "  access_logs {\n"
        '    bucket  = "b"\n'
        "    enabled = true\n"
        "  }\n"
        "\n"
        "  lifecycle {\n"
        '    ignore_changes = [subnets, tags["Name"]]\n'
        "  }\n"
        "\n"
        "  depends_on = [aws_lb.a, data.aws_vpc.b]\n"
        "}\n"
    )


def test_writes_every_block_of_a_list_in_its_order(aws: ProviderSchema) -> None:
    volumes = [{"name": "b"}, {"name": "a", "docker_volume_configuration": {"labels": {}}}]
    text = to_hcl(resource("aws_ecs_task_definition", volume=volumes), aws)
    assert text.split("\n\n") == [
        'resource "aws_ecs_task_definition" "this" {\n  volume {\n    name = "b"\n  }',
        '  volume {\n    name = "a"',
        "    docker_volume_configuration {\n      labels = {}\n    }\n  }\n}\n",
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"idle_timeout": 0}, "idle_timeout = 0"),
        ({"idle_timeout": "60"}, 'idle_timeout = "60"'),
        ({"internal": False}, "internal = false"),
        ({"name": ""}, 'name = ""'),
        ({"name": None}, "name = null"),
        ({"subnets": []}, "subnets = []"),
        ({"tags": {}}, "tags = {}"),
        ({"access_logs": {}}, "access_logs {}"),
        ({"subnets": "${data.aws_subnets.all.ids}"}, "subnets = data.aws_subnets.all.ids"),
        ({"lifecycle": {"ignore_changes": "all"}}, "ignore_changes = all"),
        ({"lifecycle": {"prevent_destroy": True}}, "prevent_destroy = true"),
        (
            {"lifecycle": {"replace_triggered_by": ["aws_lb.a[each.key].id"]}},
            "replace_triggered_by = [aws_lb.a[each.key].id]",
        ),
    ],
)
def test_writes_an_argument(arguments: dict[str, Any], line: str, aws: ProviderSchema) -> None:
    lines = [line.strip() for line in to_hcl(resource("aws_lb", **arguments), aws).splitlines()]
    assert line in lines


def test_leaves_out_blocks_that_are_not_there(aws: ProviderSchema) -> None:
    document = resource("aws_lb", access_logs=[], timeouts=None)
    assert to_hcl(document, aws) == 'resource "aws_lb" "this" {}\n'


def test_leaves_out_the_metadata_of_cdktf(aws: ProviderSchema) -> None:
    document = {"//": {"a": 1}, **resource("aws_lb", **{"//": {"metadata": {"path": "x"}}})}
    assert to_hcl(document, aws) == 'resource "aws_lb" "this" {}\n'


def test_keeps_a_key_of_a_map_that_looks_like_metadata(aws: ProviderSchema) -> None:
    assert '"//" = "x"' in to_hcl(resource("aws_lb", tags={"//": "x"}), aws)


def test_aligns_only_lines_that_follow_each_other(aws: ProviderSchema) -> None:
    document = {"locals": {"a": {"b": 1, "longer": [{"x": 1, "y": [2]}], "c_d": "${f}", "e": 2}}}
    assert to_hcl(document, aws) == (
        "locals {\n"
        "  a = {\n"
        "    b = 1\n"
        "    longer = [\n"
        "      {\n"
        "        x = 1\n"
        "        y = [2]\n"
        "      },\n"
        "    ]\n"
        "    c_d = f\n"
        "    e   = 2\n"
        "  }\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("Name", "Name"),
        ("aws:tag", '"aws:tag"'),
        ("1st", '"1st"'),
        ("for", '"for"'),
        ("null", '"null"'),
        ("${local.key}", "(local.key)"),
        ("${local.key}-a", '"${local.key}-a"'),
        ('${"a" == "b"}', '("a" == "b")'),
        ("caf\u00e9", '"caf\u00e9"'),
        ("e\u0301", '"e\\u0301"'),
        ("${local.e\u0301}", "(local.e\u0301)"),
        ("${local.\u5909}", "(local.\u5909)"),
        ("\U0001f600", '"\\U0001f600"'),
    ],
)
def test_quotes_a_key_only_when_needed(key: str, written: str, aws: ProviderSchema) -> None:
    assert f"    {written} = 1\n" in to_hcl({"locals": {"a": {key: 1}}}, aws)


def test_breaks_a_long_list_one_item_a_line(aws: ProviderSchema) -> None:
    items = [f"arn:aws:sqs:eu-west-1:111111111111:queue-{number}" for number in range(3)]
    text = to_hcl({"locals": {"a": items}}, aws)
    assert text == (
        "locals {\n  a = [\n" + "".join(f'    "{item}",\n' for item in items) + "  ]\n}\n"
    )


def test_writes_variables_without_reading_their_defaults(aws: ProviderSchema) -> None:
    document = {
        "variable": {
            "tag": {
                "default": {"a": "${b}"},
                "description": "of ${image}",
                "type": "map(string)",
                "validation": {"condition": "${var.tag != {}}", "error_message": "${var.tag.a}"},
            }
        }
    }
    assert to_hcl(document, aws) == (
        'variable "tag" {\n'
        '  description = "of $${image}"\n'
        "  type        = map(string)\n"
        "\n"
        "  default = {\n"
        '    a = "$${b}"\n'
        "  }\n"
        "\n"
        "  validation {\n"
        "    condition     = var.tag != {}\n"
        "    error_message = var.tag.a\n"
        "  }\n"
        "}\n"
    )


def test_writes_blocks_in_a_fixed_order(aws: ProviderSchema) -> None:
    everything = {**READING_AT_PLAN, **DOCUMENT}
    lines = to_hcl(dict(sorted(everything.items(), reverse=True)), aws).splitlines()
    kinds = [line.split(" ")[0] for line in lines if line.endswith("{") and line[0] != " "]
    assert list(dict.fromkeys(kinds)) == [
        "terraform",
        "provider",
        "variable",
        "locals",
        "moved",
        "import",
        "removed",
        "data",
        "resource",
        "check",
        "output",
    ]


def test_does_not_depend_on_the_order_of_the_document(aws: ProviderSchema) -> None:
    def backwards(value: Any, depth: int) -> Any:
        if isinstance(value, dict) and depth:
            return {key: backwards(value[key], depth - 1) for key in reversed(value)}
        return value

    # Types, names and arguments; objects below keep the order of the document.
    reordered = {section: backwards(DOCUMENT[section], 3) for section in ("resource", "data")}
    assert to_hcl({**reordered, **backwards(DOCUMENT, 1), **reordered}, aws) == to_hcl(
        DOCUMENT, aws
    )


def test_writes_an_empty_document_as_an_empty_file(aws: ProviderSchema) -> None:
    assert to_hcl({"//": {}}, aws) == ""
