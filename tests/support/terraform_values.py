"""Hypothesis strategies for what can stand in Terraform JSON: values, templates, expressions."""

import re
from typing import Any

from hypothesis import strategies as st

# What string handling gets wrong, more often than chance would bring it up.
_DANGEROUS = ['"', "\\", "\n", "\t", "\r", "$", "%", "{", "}", "~", "${", "%{", "$${", "%%{", "'"]
_UNUSUAL = [
    "\u00e9",
    "e\u0301",
    "\u2028",
    "\u200b",
    "\u202e",
    "\x00",
    "\x7f",
    "\U0001f600",
    "=",
    "#",
]
_SAFE = "abcXYZ019 _-.:/"

pieces = st.sampled_from([*_DANGEROUS, *_UNUSUAL, *_SAFE, "true", "null", "7", "<<EOT"])
texts = st.lists(pieces, max_size=12).map("".join)

numbers = st.one_of(
    st.integers(-(10**6), 10**6),
    st.integers(-(10**30), 10**30),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 6)),
    st.sampled_from([0, 1, 1e-7, 1.5e300, 0.1]),
)
scalars = st.one_of(texts, numbers, st.booleans(), st.none(), st.just(""))
keys = st.one_of(
    st.sampled_from(
        ["name", "Name", "aws:SourceAccount", "for", "null", "true", "a b", "a-b", "1"]
    ),
    texts,
)


def as_template(text: str) -> str:
    """The text as Terraform JSON has to say it in a place that is read as a template.

    Without a carriage return alone: Terraform 1.11 takes `$${` after one as it is.
    """
    text = re.sub(r"\r(?!\n)", "", text)
    return text.replace("${", "$${").replace("%{", "%%{")


def nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=8,
    )


literal_values = nested(scalars)
"""Any JSON value, its strings meant as they are."""


def escaped(value: Any) -> Any:
    """The same value where Terraform reads strings and keys as templates."""
    if isinstance(value, str):
        return as_template(value)
    if isinstance(value, list):
        return [escaped(item) for item in value]
    if isinstance(value, dict):
        return {as_template(key): escaped(item) for key, item in value.items()}
    return value


names = st.sampled_from(
    ["local.text", "local.number", "local.yes", 'local.map["a b"]', "local.list[0]"]
)
LOCALS = {"text": "t\u00e9xt", "number": 7, "yes": True, "map": {"a b": "x"}, "list": ["y", 2]}
"""What the expressions below refer to."""

_spaces = st.sampled_from(["", " ", "  "])


def _joined(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    strategies = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*strategies).map("".join)


def _quoted(expressions: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inside = st.sampled_from(["a", " ", '\\"', "\\n", "$${", "%%{", "$", "}", "{"])
    return st.lists(
        st.one_of(inside, _joined("${", _spaces, expressions, _spaces, "}")), max_size=4
    ).map(lambda parts: '"' + "".join(parts).replace("$${ ", "$$ ").replace("$$${", "$${") + '"')


string_expressions: st.SearchStrategy[str] = st.recursive(
    st.one_of(
        st.sampled_from(
            ["local.text", "local.number", "local.list[0]", '"lit"', "7", "2.5", "1e3"]
        ),
        st.just('local.map["a b"]'),
    ),
    lambda inner: st.one_of(
        _quoted(inner),
        _joined("(", _spaces, inner, _spaces, ")"),
        _joined("upper(", _spaces, inner, ")"),
        _joined("join(", '"-"', _spaces, ",[", inner, _spaces, ",", inner, "])"),
        _joined("local.yes", _spaces, "?", inner, _spaces, ":", _spaces, inner),
        _joined("jsonencode({", _spaces, "a=", inner, ',"b c":[', inner, "]})"),
        _joined("jsonencode({\n a=", inner, "\n b =", inner, "\n})"),
        _joined('join(",",[for k,v in {a=', inner, "}:", '"${k}=${v}"', "])"),
        _joined("(local.number+-1)*", st.sampled_from(["2", "local.number", "-3"])),
        _joined("!local.yes&&(1<=2||3!=-4)?", inner, ":", inner),
    ),
    max_leaves=5,
)
"""Expressions over LOCALS that give a string, a number or a bool, in careless spacing."""

expressions_only = string_expressions.map(lambda source: f"${{{source}}}")

templates = st.lists(
    st.one_of(
        texts.map(as_template),
        _joined("${", string_expressions, "}"),
        _joined("%{ if local.yes }", texts.map(as_template), "%{ else }no%{ endif }"),
    ),
    min_size=1,
    max_size=4,
).map("".join)
"""Templates over LOCALS: text, interpolations and directives side by side."""
