"""Hypothesis strategies for what can stand in Terraform JSON: values, templates, expressions."""

import re
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from hypothesis import strategies as st

# What string handling gets wrong, more often than chance would bring it up.
_DANGEROUS = ['"', "\\", "\n", "\t", "\r", "$", "%", "{", "}", "~", "${", "%{", "$${", "%%{", "'"]
_UNUSUAL = [
    "\u00e9",
    "e\u0301",
    "\u0085",
    "\u00a0",
    "\u2003",
    "\u2028",
    "\u200b",
    "\ufeff",
    "\u202e",
    "\x00",
    "\x1c",
    "\x7f",
    "\U0001f600",
    "=",
    "#",
]
_SAFE = "abcXYZ019 _-.:/"

pieces = st.sampled_from([*_DANGEROUS, *_UNUSUAL, *_SAFE, "true", "null", "7", "<<EOT"])
_starts = st.sampled_from(["", "", "", "\ufeff", "\ufeff\ufeff"])
texts = st.tuples(_starts, st.lists(pieces, max_size=12).map("".join)).map("".join)

# What stands beside strip markers: a marker removes some of it.
spaces = st.lists(
    st.sampled_from(
        ["\n", "\r\n", " ", "  ", "\t", "\v", "\u0085", "\u2003", "\u2028", "\x1c", "$", "%"]
    ),
    max_size=5,
).map("".join)

numbers = st.one_of(
    st.integers(-(10**6), 10**6),
    st.integers(-(10**30), 10**30),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 6)),
    st.sampled_from([0, 1, 1e-7, 1.5e300, 0.1, -0.0]),
    st.sampled_from(
        list(map(Decimal, ["1E+400", "-1E-400", "1.50", "0E-7", "12345678901234567890.5"]))
    ),
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
        # Two keys may be one for Terraform.
        unique = {normalize("NFC", key.removeprefix("\ufeff")): key for key in value}
        return {as_template(key): escaped(value[key]) for key in unique.values()}
    return value


LOCALS = {
    "text": "t\u00e9xt",
    "number": 7,
    "yes": True,
    "map": {"a b": "x"},
    "list": ["y", 2],
    "pr\u00e9nom": "z",
    "e\u0301te\u0301": "z",
    "\u5909\u6570-2": 3,
    "for": "z",
    "null": "z",
}
"""What the expressions below refer to."""

unusual_names = st.sampled_from(
    [*list(LOCALS)[5:], "\u092d\u093e\u0930\u0924", "\u0438\u043c\u044f", "if"]
)
"""Names of local values beside ASCII: with marks, wide letters, and words of the language."""

_spaces = st.sampled_from(["", " ", "  "])


def _in_quotes(text: str) -> str:
    return text.replace("\n", "\\n").replace("\r", "\\r").rstrip("$%")


def _joined(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    strategies = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*strategies).map("".join)


def _quoted(expressions: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inside = st.sampled_from(["a", " ", '\\"', "\\n", "$${", "%%{", "$ ", "}", " {"])
    return st.lists(
        st.one_of(inside, _joined("${", _spaces, expressions, _spaces, "}")), max_size=4
    ).map(lambda parts: '"' + "".join(parts).replace("$${ ", "$$ ").replace("$$${", "$${") + '"')


string_expressions: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(
        [
            *("local.text", "local.number", "local.list[0]", 'local.map["a b"]', "local.list.0"),
            *("local.pr\u00e9nom", "local.e\u0301te\u0301", "local.\u5909\u6570-2", "local.for"),
            *('"lit"', '"\\u00e9\\U0001f600"', "7", "2.5", "1e3"),
        ]
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
        _joined("join(local.text,[[", inner, ", local.text]]...)"),
        _joined("([{a=", inner, "}][*].a)[0]"),
        _joined("[{a=", inner, "},][0].a"),
        _joined('join(",",values({for k in [', inner, ',"b"]:k=>k... if k!=null})[0])'),
        _joined('"%{~if local.yes~} ', spaces.map(_in_quotes), "${~", inner, '~} %{endif}"'),
    ),
    max_leaves=5,
)
"""Expressions over LOCALS that give a string, a number or a bool, in careless spacing."""

expressions_only = string_expressions.map(lambda source: f"${{{source}}}")

_opens = st.sampled_from(["", "~"])
_closes = st.sampled_from(["}", "~}"])
# A sign at the end would escape the mark that follows.
_text = st.one_of(texts.map(as_template), spaces).map(lambda text: text.rstrip("$%"))

_live = st.one_of(
    _joined("${", _opens, string_expressions, _closes),
    _joined(
        *("%{", _opens, " if local.yes ", _closes, _text),
        *("%{", _opens, "else", _closes, _text, "%{", _opens, " endif", _closes),
    ),
    _joined(
        *("%{", _opens, "for each in [1, local.text]", _closes, _text),
        *("${", _opens, "each", _closes, _text, "%{", _opens, "endfor ", _closes),
    ),
)

# Terraform reads a sign and the blank after it as one piece, of which a strip marker takes nothing.
_SIGN_AND_BLANK = re.compile(r"[$%]\s")

templates = _joined(
    _starts, st.lists(st.one_of(_text, _live), min_size=1, max_size=6).map("".join)
).filter(lambda template: "~" not in template or not _SIGN_AND_BLANK.search(template))
"""Templates over LOCALS: text, interpolations and directives side by side, with strip markers."""

TYPES = {
    "any": [1, "a"],
    "string": 7,
    "number": "7",
    "bool": "true",
    "list": [1, "a"],
    "map": {"a": 1, "b": "x"},
    "list(any)": [1, "a"],
    "map(string)": {"a": 1},
    "set(string)": [2, "1", 2],
    "tuple([string,number])": [1, "2"],
    "object({a=string,b=optional(number,2)})": {"a": 1},
    "object({\n  a = string\n  b = list(any)\n})": {"a": 1, "b": [1, "x"]},
}
"""Types of variables, some of before Terraform 0.12 -> a default, which each type converts."""
