"""Strings of Terraform JSON, and the HCL2 with the same meaning."""

import pytest

from pay.hcl.errors import TemplateError
from pay.hcl.templates import literal, template


@pytest.mark.parametrize(
    ("json_string", "hcl"),
    [
        ("plain", '"plain"'),
        ("", '""'),
        ("${data.aws_vpc.this.id}", "data.aws_vpc.this.id"),
        ("${ var.a }", "var.a"),
        ('${aws_lb.this["a"].arn}', 'aws_lb.this["a"].arn'),
        ("${var.a+1}", "var.a + 1"),
        ('${jsonencode({"a" = "}"})}', 'jsonencode({ "a" = "}" })'),
        ('${a ? "${b}" : "c"}', 'a ? "${b}" : "c"'),
        ("${a}${b}", '"${a}${b}"'),
        ("${a}-b", '"${a}-b"'),
        ("${f({a = 1})}x", '"${f({ a = 1 })}x"'),
        ('say "hi" to C:\\', '"say \\"hi\\" to C:\\\\"'),
        ("one\ntwo\ttab\r", '"one\\ntwo\\ttab\\r"'),
        ("$${aws:username}", '"$${aws:username}"'),
        ("%%{if}", '"%%{if}"'),
        ("100 % of $5", '"100 % of $5"'),
        ("%{ if a }b%{ endif }", '"%{if a}b%{endif}"'),
        ("\x00\x7f\u200b\u00a0", '"\\u0000\\u007f\\u200b\\u00a0"'),
        ("caf\u00e9 \U0001f600", '"caf\u00e9 \U0001f600"'),
        ("${[\n  1,\n  2\n]}", "[1, 2]"),
        ("${{\n  a = 1\n  b = 2\n}}", "{ a = 1, b = 2 }"),
        ("${-x}", "-x"),
        ("a${-x}", '"a${- x}"'),
        ("${~ a ~}", "a"),
    ],
)
def test_writes_a_template(json_string: str, hcl: str) -> None:
    assert template(json_string) == hcl


@pytest.mark.parametrize(
    ("text", "hcl"),
    [
        ("${var.a}", '"$${var.a}"'),
        ("$${x}", '"$$${x}"'),
        ("%{if}", '"%%{if}"'),
        ("$ { %", '"$ { %"'),
    ],
)
def test_escapes_text_that_is_not_a_template(text: str, hcl: str) -> None:
    assert literal(text) == hcl


@pytest.mark.parametrize(
    ("json_string", "reason"),
    [
        ("${a", "is not closed"),
        ("${}", "is empty"),
        ("x${", "is not closed"),
        ("${a)}", "closes nothing"),
        ("${[a}", "closes nothing"),
        ('${"a}', "is not closed"),
        ("${a # why\n}", "a comment inside an expression"),
        ("${<<EOT\nx\nEOT\n}", "a heredoc inside an expression"),
        ("${a ` b}", "unexpected character"),
        ("${a}\r", "a carriage return without a line feed"),
        ("half \ud800", "half a surrogate pair"),
    ],
)
def test_refuses_a_template_that_terraform_could_not_read(json_string: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        template(json_string)
