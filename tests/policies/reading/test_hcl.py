"""HCL is read as Terraform reads it, or left to Terraform as an expression."""

import json
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.reading.expressions import document_in, unevaluated
from tests.conftest import ROOT
from tests.policies.warm_gate import GATE_PYTHON

pytestmark = pytest.mark.slow

_READ = """
import json, sys, tempfile
from pathlib import Path
from policies.reading import hcl

answers = []
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "x.tf"
    for text in json.load(sys.stdin):
        file.write_text(text, encoding="utf-8")
        try:
            tokens = hcl.parse(file)
            answers.append(hcl.read(tokens, hcl.Locals([tokens])))
        except hcl.UnreadableFile as error:
            answers.append([str(error), error.line])
json.dump(answers, sys.stdout)
"""


def read(*files: str) -> list[Any]:
    """Return the blocks of each file, or the message and the line of what cannot be read."""
    run = subprocess.run(
        [str(GATE_PYTHON), "-c", _READ],
        cwd=ROOT,
        input=json.dumps(files),
        capture_output=True,
        text=True,
        check=True,
    )
    answers: list[Any] = json.loads(run.stdout)
    return answers


def block(value: str, more: str = "") -> str:
    return f'resource "t" "n" {{\n  x = {value}\n}}\n{more}'


def values(*expressions: tuple[str, str] | str) -> list[Any]:
    """Return the value of each expression, given with the blocks that it needs."""
    files = [block(each) if isinstance(each, str) else block(*each) for each in expressions]
    return [answer["resource"][0]["t"]["n"]["x"][0] for answer in read(*files)]


LOCALS = """
locals {
  account = "111111111111"
  config  = { endpoint = "https://example.org", hosts = ["a", "b"] }
  script  = ["#!/bin/sh", "echo a", ""]
  policy  = jsonencode({ Statement = [{ Sid = local.account }] })
  loop    = local.loop
}
"""

READ = {
    "a number": ("-1.5", -1.5),
    "a constant": ("null", None),
    "an account id": ('"012345678901"', "012345678901"),
    "escapes": (r'"a \"b\"\n\t\\ \u00e9"', 'a "b"\n\t\\ é'),
    "an escaped interpolation": ('"$${literal} %%{literal}"', "$${literal} %%{literal}"),
    "a reference": ("data.aws_vpc.vpc.id", "data.aws_vpc.vpc.id"),
    "a reference with an index": ("aws_lb.alb[0].arn", "aws_lb.alb[0].arn"),
    "a reference in quotes": ('"${aws_lb.alb.arn}"', "aws_lb.alb.arn"),
    "a template": ('"a-${aws_lb.alb.name}"', "a-${aws_lb.alb.name}"),
    "a local": ("local.account", "111111111111"),
    "a local in a template": (
        '"arn:aws:iam::${local.account}:root"',
        "arn:aws:iam::111111111111:root",
    ),
    "a part of a local": ("local.config.hosts[1]", "b"),
    "a local that is not there": ("local.other", "local.other"),
    "a local that leads to itself": ("local.loop", "local.loop"),
    "a document": ('jsonencode({ a = ["b", { c = true }] })', {"a": ["b", {"c": True}]}),
    "a document in a document": (
        "jsonencode({ a = jsonencode({ b = 1 }) })",
        {"a": '{"b": 1}'},
    ),
    "a document of a local": (
        "jsonencode(local.config)",
        {"endpoint": "https://example.org", "hosts": ["a", "b"]},
    ),
    "a local document": ("local.policy", '{"Statement": [{"Sid": "111111111111"}]}'),
    "a heredoc": ('<<EOT\n{ "a": "${aws_lb.alb.arn}" }\nEOT', '{ "a": "${aws_lb.alb.arn}" }'),
    "an indented heredoc": ("<<-EOT\n    a\n      b\n  EOT", "a\n  b"),
    "a script": ('base64encode("#!/bin/sh\\necho \\"a\\"\\n")', '#!/bin/sh\necho "a"\n'),
    "a script in a heredoc": (
        'base64encode(<<-EOT\n    #!/bin/sh\n    echo "it isn\'t" \\"\n  EOT\n  )',
        '#!/bin/sh\necho "it isn\'t" \\"',
    ),
    "a script in lines": (
        'base64encode(join("\\n", local.script))',
        "#!/bin/sh\necho a\n",
    ),
    "a function of form": ('tostring("a")', "a"),
}


def test_reads_what_terraform_is_not_needed_for() -> None:
    answers = values(*((source, LOCALS) for source, _ in READ.values()))
    assert dict(zip(READ, answers, strict=True)) == {
        name: value for name, (_, value) in READ.items()
    }


LEFT_TO_TERRAFORM = (
    'var.on ? "a" : "b"',
    '"a" == "b"',
    "[for k in var.names : k]",
    "{ for k, v in var.names : k => v }",
    "!var.on",
    "-var.number",
    "1 + 2",
    'file("policy.json")',
    'templatefile("policy.json", { a = 1 })',
    'format("%s", "a")',
    'lookup(local.config, var.key, "x")',
    "jsonencode(merge(local.config, { a = 1 }))",
    "provider::x::y(1)",
    '"a-${upper("b")}"',
    '"%{ if true }a%{ endif }"',
    "<<EOT\n%{ for a in [1] }${a}%{ endfor }\nEOT",
    "unknown",
)


def test_leaves_every_other_expression_to_terraform_as_it_is_written() -> None:
    answers = values(*((source, LOCALS) for source in LEFT_TO_TERRAFORM))
    assert [
        source
        for source, answer in zip(LEFT_TO_TERRAFORM, answers, strict=True)
        if unevaluated(answer) != [answer]
    ] == []
    assert answers[0] == '${var.on ? "a" : "b"}'


def test_a_splat_of_a_lookup_is_a_reference() -> None:
    assert values("data.aws_subnets.s[*].id") == ["data.aws_subnets.s[*].id"]


def test_says_where_a_file_cannot_be_read() -> None:
    for message, line in read(
        block('"a'),
        block("1") + 'resource "t" {\n  x = 1\n}\n',
        block("[1"),
        block("9" * 5000),
    ):
        assert message
        assert line >= 1
    ((_, line),) = read('resource "t" "n" {\n  x = 1\n  y = "a\n}\n')
    assert line == 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text("abc:/-_.'\"\\ é\n\t{}"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=12,
)


@given(documents=st.lists(st.dictionaries(st.text("abc"), JSON), min_size=5, max_size=15))
@settings(max_examples=5, deadline=None)
def test_a_document_is_read_back_from_every_form(documents: list[dict[str, Any]]) -> None:
    texts = [json.dumps(each) for each in documents]
    encoded = values(*(f"jsonencode({text})" for text in texts))
    quoted = values(*map(json.dumps, texts))
    heredocs = values(*(f"<<EOT\n{text}\nEOT" for text in texts))
    assert encoded == documents
    assert [document_in(text) for text in quoted] == documents
    assert [document_in(text) for text in heredocs] == documents


def test_a_brace_in_the_first_column_ends_no_text_and_moves_no_line() -> None:
    """The reader parses block by block, and a file whole where a part of it is no HCL."""
    script = 'resource "t" "n" {\n  x = <<EOT\nif {\n}\nEOT\n  y = 1\n}\n'
    commented = f"/*\n}}\n*/\n{block('1')}"
    once, twice, whole, after, wrong = read(
        script, block("1", block("2")), commented, block("1", script), block("1", "}\n")
    )
    assert once["resource"][0]["t"]["n"]["x"] == ["if {\n}"]
    assert [each["t"]["n"]["__start_line__"] for each in twice["resource"]] == [1, 4]
    assert whole["resource"][0]["t"]["n"]["__start_line__"] == 4
    [_, second] = after["resource"]
    assert (second["t"]["n"]["y"], second["t"]["n"]["__end_line__"]) == ([1], 10)
    assert wrong[1] == 4
