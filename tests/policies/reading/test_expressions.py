"""What the values of a file still leave to Terraform, and the references in them."""

import json

from policies.reading.expressions import (
    document_in,
    literal_text,
    references,
    split_template,
    unevaluated,
)


def test_a_template_is_split_at_its_interpolations() -> None:
    text = 'a-${b["}"]}-${jsonencode({ c = 1 })}$${d}'
    assert [(each.text, each.inner) for each in split_template(text)] == [
        ("a-", None),
        ('${b["}"]}', 'b["}"]'),
        ("-", None),
        ("${jsonencode({ c = 1 })}", "jsonencode({ c = 1 })"),
        ("$${d}", None),
    ]


def test_an_interpolation_without_an_end_runs_to_the_end() -> None:
    assert [each.text for each in split_template("a${b")] == ["a", "${b"]


def test_json_text_is_read_with_the_interpolations_in_its_strings() -> None:
    text = '{"a": "${x.y["z"].id}/*", "b": ["${x.y["z"].id}"]}'
    assert document_in(text) == {"a": '${x.y["z"].id}/*', "b": ['${x.y["z"].id}']}


def test_json_text_with_an_interpolation_outside_its_strings_stays_text() -> None:
    text = '{"a": ${jsonencode(x.y)}}'
    assert document_in(text) == text


def test_literal_text_is_what_is_left_without_references() -> None:
    assert literal_text("password=${var.password} -v") == "password= -v"
    assert literal_text("aws_lb.alb.arn") == ""
    assert literal_text("hunter2") == "hunter2"


def test_references_inside_templates_and_calls_are_found() -> None:
    assert references("${aws_lb.a.name}-${var.b}") == ["aws_lb.a.name", "var.b"]
    assert references('${join(",",data.aws_subnets.s.ids)}') == ["data.aws_subnets.s.ids"]
    assert references({"a": ["data.aws_vpc.v.id"]}) == ["data.aws_vpc.v.id"]


def test_references_alone_need_no_evaluation() -> None:
    assert unevaluated("a-${aws_lb.a.name}") == []
    assert unevaluated('${join(",",data.aws_subnets.s.ids)}') == []
    assert unevaluated('${join(",",sort(data.aws_subnets.s.ids))}') == []
    assert unevaluated('${trimprefix(data.aws_db_instance.d.db_instance_class,"db.")}') == []
    assert unevaluated("$${literal}") == []


def test_conditions_and_functions_are_not_evaluated() -> None:
    for text in (
        '${var.on ? "a" : "b"}',
        "${lookup(local.a, var.b)}",
        '${join(",",[var.a, lookup(b.c)])}',
        '${join(",",sort(lookup(b.c)))}',
        "${{for k, v in local.x : k => v}}",
    ):
        assert unevaluated(json.loads(json.dumps([{"key": text}]))) == [text]
