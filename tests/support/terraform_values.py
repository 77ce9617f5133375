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

_OF_NAMES = (
    *(
        "a",
        "B",
        "_",
        "-",
        "7",
        "é",
        "e",
        "\u0301",
        "\u5909",
        "\u00b7",
        "\u0663",
        "\u2118",
        "\u212e",
    ),
    *("\u00aa", "\u1885", "\ufeff", "\u200d", "\u00a0", " ", ".", "$", "\U0001f600", "for", "null"),
)
almost_names = st.lists(st.sampled_from(_OF_NAMES), min_size=1, max_size=4).map("".join)
"""Names of local values, of which Terraform refuses some."""


def as_terraform_reads(name: str) -> str:
    """A name in the form by which Terraform compares it."""
    return normalize("NFC", name)


_spaces = st.sampled_from(["", " ", "  "])
_opens = st.sampled_from(["", "~"])
_closes = st.sampled_from(["}", "~}"])


def _in_quotes(text: str) -> str:
    return text.replace("\n", "\\n").replace("\r", "\\r").rstrip("$%")


def _joined(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    strategies = [st.just(part) if isinstance(part, str) else part for part in parts]
    return st.tuples(*strategies).map("".join)


def _on_a_line(text: str) -> str:
    return text.replace("\n", "").replace("\r", "")


def _heredoc(expressions: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """In parentheses, so that the line end behind it separates nothing."""
    text = st.one_of(texts.map(as_template), spaces).map(lambda text: text.rstrip("$%"))
    return _joined(
        st.sampled_from(["(<<EOT\n", "(<<-EOT\r\n", "(<<-\u00e9-1\n"]),
        *(text, _spaces, "${", _opens, expressions, _closes, text, "\n", _spaces, text, "\n"),
        *("%{", _opens, "if local.yes", _closes, text, "%{endif", _closes, "\n"),
    ).map(lambda body: f"{body}  {_marker(body)}\n)")


def _marker(heredoc: str) -> str:
    return heredoc.removeprefix("(<<").removeprefix("-").split("\n")[0].strip()


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
        _joined("(/* } */", inner, "//", texts.map(_on_a_line), "\n)"),
        _joined("[{a=1 # }\n b=", inner, "#\n}][0].b"),
        _heredoc(inner),
    ),
    max_leaves=5,
)
"""Expressions over LOCALS that give a string, a number or a bool, in careless spacing."""

expressions_only = string_expressions.map(lambda source: f"${{{source}}}")

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

templates = _joined(_starts, st.lists(st.one_of(_text, _live), min_size=1, max_size=6).map("".join))
"""Templates over LOCALS: text, interpolations and directives side by side, with strip markers."""

_NOISE = st.sampled_from(
    [
        *('"', "\\", "{", "}", "$", "%", "(", ")", "[", "]", "#", "//", "/*", "*/", "~", "=", ","),
        *(".", ":", "-", "<", "\n", "\ufeff", "\u00a0", "\u00e9", "1", "a", " ", "${", "%{", "~}"),
        *('"b"', "<<EOT\n", "\nEOT\n", "else", "for", "null", "undefined"),
    ]
)


@st.composite
def _damaged(draw: st.DrawFn, whole: st.SearchStrategy[str]) -> str:
    text = draw(whole)
    start = draw(st.integers(0, len(text)))
    end = start + draw(st.integers(0, 2))
    noise = draw(_NOISE) if end == start else draw(st.one_of(st.just(""), _NOISE))
    # Terraform reads marks behind a carriage return alone as text; such a template is refused.
    return re.sub(r"\r(?!\n)", "", text[:start] + noise + text[end:])


almost_templates = _damaged(st.one_of(templates, expressions_only))
"""Templates with one mistake, as text in an argument of cdktf's Fn makes it: a quote too many, a
bracket that is missing. Some of them are right.
"""

types: st.SearchStrategy[tuple[str, Any]] = st.recursive(
    st.sampled_from([("string", 7), ("number", "7"), ("bool", "true"), ("any", 1)]),
    lambda inner: st.one_of(
        st.tuples(inner, _spaces, st.sampled_from(["list", "set", "map"])).map(
            lambda drawn: _collection(drawn[2], drawn[1], *drawn[0])
        ),
        st.lists(inner, max_size=3).map(
            lambda parts: (f"tuple([{', '.join(t for t, _ in parts)}])", [v for _, v in parts])
        ),
        st.tuples(st.lists(inner, max_size=3), st.sampled_from([",", "\n ", ", # why\n"])).map(
            lambda drawn: _object_of(*drawn)
        ),
    ),
    max_leaves=5,
).flatmap(lambda pair: st.sampled_from([pair, pair, ("list", [1, "a"]), ("map", {"a": 1})]))
"""Types of variables, in careless spacing, some of before Terraform 0.12, each with a default."""


def _collection(kind: str, space: str, type: str, value: Any) -> tuple[str, Any]:
    return f"{kind}({space}{type})", {"a b": value} if kind == "map" else [value]


def _object_of(parts: list[tuple[str, Any]], separator: str) -> tuple[str, Any]:
    types = [f"a{n}={type}" for n, (type, _) in enumerate(parts)]
    types.append("b=optional(number, 2)")
    return f"object({{{separator.join(types)}}})", {
        f"a{n}": value for n, (_, value) in enumerate(parts)
    }
