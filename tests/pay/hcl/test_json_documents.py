"""JSON documents in arguments become jsonencode, and stay the same JSON."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pay.hcl.json_documents import json_document
from pay.hcl.schema import ProviderSchema
from pay.hcl.shapes import Primitive
from pay.hcl.writer import to_hcl
from tests.support.terraform_runs import NO_PROVIDER, Terraform, as_json, evaluated
from tests.support.terraform_values import LOCALS, escaped, nested, scalars


def primitive_of(expression: str) -> Primitive | None:
    return "string" if expression in ("local.text", "aws_lb.this.arn") else None


def written(text: str) -> str | None:
    return json_document(text, "", primitive_of)


def test_writes_a_policy_over_several_lines() -> None:
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sqs:SendMessage"],
                "Resource": "${aws_lb.this.arn}",
                "Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}},
            }
        ],
    }
    assert written(json.dumps(policy)) == (
        "jsonencode({\n"
        '  Version = "2012-10-17"\n'
        "  Statement = [\n"
        "    {\n"
        '      Effect   = "Allow"\n'
        '      Action   = ["sqs:SendMessage"]\n'
        "      Resource = aws_lb.this.arn\n"
        "      Condition = {\n"
        "        StringEquals = {\n"
        '          "aws:SourceAccount" = "111111111111"\n'
        "        }\n"
        "      }\n"
        "    },\n"
        "  ]\n"
        "})"
    )


def test_keeps_small_objects_of_a_list_on_a_line() -> None:
    text = json.dumps([{"environment": [{"name": "PORT", "value": "9000"}], "mountPoints": []}])
    assert written(text) == (
        "jsonencode([\n"
        "  {\n"
        "    environment = [\n"
        '      { name = "PORT", value = "9000" },\n'
        "    ]\n"
        "    mountPoints = []\n"
        "  },\n"
        "])"
    )


@pytest.mark.parametrize(
    ("text", "hcl"),
    [
        ('{"a": "${aws_lb.this.arn}/*"}', '"${aws_lb.this.arn}/*"'),
        ('{"a": "${var.port}"}', "tostring(var.port)"),
        ('{"a": "${lookup(local.map, "k")}"}', 'tostring(lookup(local.map, "k"))'),
        ('{"a": "$${aws:username}"}', '"$${aws:username}"'),
        ('{"a": "say \\"hi\\"\\n"}', '"say \\"hi\\"\\n"'),
        ('{"a": 12345678901234567890.5}', "12345678901234567890.5"),
    ],
)
def test_keeps_strings_strings(text: str, hcl: str) -> None:
    """Without `tostring`, `jsonencode` would write a number where the text has a string."""
    assert written(text) == f"jsonencode({{\n  a = {hcl}\n}})"


@pytest.mark.parametrize(
    ("value", "hcl"),
    [
        ("plain", "local.text"),
        ("${var.a}-${var.b}", "local.text"),
        ('${join(",", sort(data.aws_subnets.all.ids))}', "local.text"),
        ("${jsonencode(local.other)}", "local.text"),
        ("${data.aws_vpc.vpc.id}", "local.text"),
        ('${join(",", var.a) == "x"}', "tostring(local.text)"),
        ("${join(var.a)[0]}", "tostring(local.text)"),
        ("${sort(var.a)}", "tostring(local.text)"),
        ("${local.other}", "tostring(local.text)"),
        (3, "tostring(local.text)"),
    ],
)
def test_a_local_that_is_surely_a_string_is_not_converted(
    aws: ProviderSchema, value: object, hcl: str
) -> None:
    document = {
        "locals": {"text": value},
        "resource": {"aws_iam_role_policy": {"this": {"policy": '{"a": "${local.text}"}'}}},
    }
    assert f"    a = {hcl}\n" in to_hcl(document, aws)


def test_writes_keys_with_references_in_parentheses() -> None:
    assert written('{"${local.issuer}:sub": 1, "${local.text}": 2, "a:b": 3}') == (
        "jsonencode({\n"
        '  "${local.issuer}:sub" = 1\n'
        "  (local.text)          = 2\n"
        '  "a:b"                 = 3\n'
        "})"
    )


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "",
        "3",
        "{",
        '{"port": ${var.port}}',
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": "\\ud800"}',
        '{"a": "\\ue0000\\ue001", "b": "${var.x}"}',
        '{"a": "\\u0024${var.x}"}',
        '{"a": "e\\u0301"}',
        "%{ if var.a }{}%{ endif }",
    ],
)
def test_leaves_alone_what_is_not_surely_the_same_document(text: str) -> None:
    assert written(text) is None


references = st.sampled_from(
    [
        "${local.text}",
        "${local.number}",
        "${local.yes}",
        '${local.map["a b"]}',
        '${local.yes ? "yes" : "no"}',
        "${upper(local.text)}",
    ]
)
strings = st.lists(st.one_of(references, st.sampled_from(["a", " ", "$$", "${", "\n", '"', "\\"])))


def document_text(value: Any) -> str:
    """Return the JSON text with live references, as cdktf writes it in an argument."""
    references: list[str] = []

    def hidden(each: Any) -> Any:
        if isinstance(each, tuple):
            pieces = []
            for piece in each:
                if piece.startswith("${") and piece != "${":
                    references.append(piece)
                    pieces.append(f"<{len(references) - 1}>")
                else:
                    pieces.append(escaped(piece))
            return "".join(pieces)
        if isinstance(each, list):
            return [hidden(item) for item in each]
        if isinstance(each, dict):
            return {escaped(key): hidden(item) for key, item in each.items()}
        return escaped(each)

    text = as_json(hidden(value))
    for position, reference in enumerate(references):
        text = text.replace(f"<{position}>", reference)
    return text


documents = nested(st.one_of(scalars, strings.map(tuple))).filter(
    lambda value: isinstance(value, (list, dict))
)


def exactly(text: str) -> Any:
    """Return the value with decimal numbers, so that 1.5e+300 equals the number written out."""
    return json.loads(text, parse_int=Decimal, parse_float=Decimal)


@pytest.mark.slow
@given(st.lists(documents, min_size=1, max_size=40))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_is_the_same_document_for_terraform(
    terraform: Terraform, workspace: Path, values: list[Any]
) -> None:
    texts = {f"v{position}": document_text(value) for position, value in enumerate(values)}
    plain = {"locals": LOCALS, "output": {name: {"value": text} for name, text in texts.items()}}
    encoded = {name: written(text) for name, text in texts.items()}
    hcl = "".join(
        f'output "{name}" {{\n  value = {text}\n}}\n' for name, text in encoded.items() if text
    )
    hcl = to_hcl({"locals": LOCALS}, NO_PROVIDER) + hcl
    from_json, from_hcl = evaluated(terraform, workspace, plain, hcl)
    for name, text in from_hcl.items():
        assert exactly(text) == exactly(from_json[name])
