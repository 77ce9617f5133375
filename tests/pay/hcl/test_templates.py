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
        ("x\n\n  ${~ a ~}\n  y", '"x\\n\\n${a}  y"'),
        ("x  \n${~ a ~}\t\u2003y", '"x${a}y"'),
        ("\n\n${~ a ~}\r\n\n", '"\\n${a}\\n"'),
        ("x\x1c${~ a }", '"x\\u001c${a}"'),
        ("\n%{~ if a ~}\n  b\n%{~ endif ~}\n", '"%{if a}  b%{endif}"'),
        (" ${~ a ~}\n", "tostring(a)"),
        ("%\r\n${~ a}x\r\n${~ b}", '"%\\r${a}x${b}"'),
        ("x$ ${~ a}%  %{~ if a}%{endif}", '"x\\u0024${a}\\u0025%{if a}%{endif}"'),
        ("\ufeffx\ufeff", '"x\\ufeff"'),
        ("\ufeff${a.b}", "a.b"),
        ("${local.caf\u00e9}-${local.\u5909\u6570}", '"${local.caf\u00e9}-${local.\u5909\u6570}"'),
        ('${provider::aws::arn_parse( "a" )}', 'provider::aws::arn_parse("a")'),
        ("${{for k in a:k=>k... if k!=b}}", "{ for k in a : k => k... if k != b }"),
        ("${a.*.b[*].c.0.d}", "a.*.b[*].c.0.d"),
        ("${max([1,]...)}", "max([1, ]...)"),
        ("${a # why }\n}", "a"),
        ('${a // why "\n}', "a"),
        ("${/* } */ a /* # */ + 1}", "a + 1"),
        ("${{ a = 1 # one\n b = 2 // two\n}}", "{ a = 1, b = 2 }"),
        ("${<<EOT\nx\nEOT\n}", '"x\\n"'),
        ("${<<EOT\nEOT\n}", '""'),
        ("${f(<<-EOT\r\n  x\r\n    y\r\n\r\n  EOT\r\n)}", 'f("x\\r\\n  y\\r\\n\\r\\n")'),
        ('${<<EOT\na"\\n${ b }$${c}\nEOT\n}', '"a\\"\\\\n${b}$${c}\\n"'),
        ("${<<EOT\n${a ~}\n\n  x\nEOT\n}", '"${a}\\n  x\\n"'),
        ("${<<EOT\n${a ~}\nEOT\n}", "tostring(a)"),
        ("${<<EOT\n%{ if a ~}\nx\n%{ endif ~}\nEOT\n}", '"%{if a}x\\n%{endif}"'),
        ("${<<-EOT\n  ${a}\n x\n  EOT\n}", '" ${a}\\nx\\n"'),
        ("${<<-EOT\n${a}\n  x\nEOT\n}", '"${a}\\n  x\\n"'),
        ("${{ a = <<EOT\nx\nEOT\n b = 2 }}", '{ a = "x\\n", b = 2 }'),
        ("${<<A\n${<<B\nb\nB\n}\nA\n}", '"${"b\\n"}\\n"'),
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
        ("${}", "found the end instead of a value"),
        ("${a b}", "found 'b' instead of an operator or the end"),
        ("${f(a b)}", "found 'b' instead of ','"),
        ("${f(,)}", "found ',' instead of a value"),
        ("${f(a... , b)}", "instead of '\\)' after ..."),
        ("${[a = b]}", "found '=' instead of ','"),
        ("${{a}}", "found '}' instead of '='"),
        ("${[for a in b : c => d]}", "found '=>' instead of ']'"),
        ("${{for a in b : c}}", "found '}' instead of '=>'"),
        ("${[for a of b : c]}", "found 'of' instead of 'in'"),
        ("${[for 1 in b : c]}", "found '1' instead of a variable"),
        ("${a ? b}", "found the end instead of ':'"),
        ("${a.}", "found the end instead of a name"),
        ("${a.0.1}", "found '0.1' instead of a name"),
        ("${1.2.3}", "found '1.2.3' instead of a number"),
        ("${a::b}", "found the end instead of '\\('"),
        ("${(var.a == undefined)}", "undefined is not a value"),
        ("${local.a\u00a0}", "is not a name of Terraform"),
        ("%{ if a }b", "%{if} is not closed"),
        ("b%{ endif }", "%{endif} closes nothing"),
        ("%{ if a }b%{ endfor }", "%{endfor} closes nothing"),
        ("%{ if a }b%{ else }c%{ else }d%{ endif }", "%{else} closes nothing"),
        ("%{ if a b }c%{ endif }", "found 'b' instead of"),
        ("%{ else a }", "found 'a' instead of"),
        ('${"%{ if a }"}', "%{if} is not closed"),
        ('${"\\d"}', "is not an escape of Terraform"),
        ('${"\\ud800"}', "is not an escape of Terraform"),
        ('${"a\nb"}', "has a line end in it"),
        ("x${", "is not closed"),
        ("${a)}", "closes nothing"),
        ("${[a}", "closes nothing"),
        ('${"a}', "is not closed"),
        ("${a # why }", "is not closed"),
        ("${a /* why }", "found '\\*' instead of"),
        ("${<<EOT\nx\nEOT}", "a heredoc is not closed"),
        ("${<<EOT\nx\n EOT y\n}", "a heredoc is not closed"),
        ("${<<EOT x\nEOT\n}", "found '<' instead of a value"),
        ("${<<EOT\n%{ if a }\nEOT\n}", "%{if} is not closed"),
        ("${<<EOT\n${a b}\nEOT\n}", "found 'b' instead of"),
        ("${[a = <<EOT\nx\r\nEOT\n]}", "found '=' instead of ','"),
        ("${a ` b}", "unexpected character"),
        ("${a}\r", "a carriage return without a line feed"),
        ("half \ud800", "half a surrogate pair"),
    ],
)
def test_refuses_a_template_that_terraform_could_not_read(json_string: str, reason: str) -> None:
    with pytest.raises(TemplateError, match=reason):
        template(json_string)
