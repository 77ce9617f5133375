"""Reads HCL by the grammar of checkov's parser, and evaluates what Terraform is not needed for.

checkov's own transformer gives text for everything except a literal. So a string, a template and an
expression look alike. This one keeps them apart (docs/decisions/0138):

| in the file                            | value                                            |
|----------------------------------------|--------------------------------------------------|
| literal, list, object                  | itself, with the escapes of strings resolved     |
| template                               | text in which `${...}` is left to Terraform      |
| reference                              | the bare reference: `data.aws_vpc.this.id`       |
| local                                  | its value                                        |
| `jsonencode(...)` of a whole attribute | the document; its JSON text inside another value |
| a function that changes the form only  | its argument                                     |
| anything else                          | Expression: `${...}` as written, with its line   |
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

# Of checkov's parser, which is not the package of this name that the tests use.
from hcl2.parser import LARK_GRAMMAR  # type: ignore[attr-defined]
from hcl2.transformer import (  # type: ignore[attr-defined]
    END_LINE,
    START_LINE,
    DictTransformer,
)
from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, VisitError

from policies.reading.expressions import REFERENCE, Expression, Located, split_template

Definition = dict[str, list[dict[str, Any]]]
"""One file as checkov's parser gives it: kind of block -> blocks, each attribute in a list."""

_ONE_CHARACTER = {
    r'STRING_CHARS : /(?:(?!\${)([^"\\]|\\.))+/+': r'STRING_CHARS : /[^"\\$\n]++|\\.|\$(?!\{)/',
    r'(/(?:(?!\${)([^}"]))+/ | NESTED_QUOTES': r'(/[^}"$]++|\$(?!\{)/ | NESTED_QUOTES',
}
"""Repetitions inside repetitions take exponential time where a quote is missing. Therefore checkov
counts the quotes of each line first, and refuses valid scripts."""

_TRANSPARENT = frozenset(
    "base64encode chomp nonsensitive sensitive tolist toset tostring trimspace".split()
)
"""Functions that change only the form of a value."""

_ESCAPE = re.compile(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))')
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_PATH = re.compile(r'\.([A-Za-z0-9_-]+)|\[(\d+)\]|\["([^"]*)"\]')
_CONSTANTS = {"true": True, "false": False, "null": None}
_WITH_LINES = frozenset(
    {"data", "locals", "module", "provider", "resource", "terraform", "variable"}
)
"""Blocks in which checkov expects the lines of their place."""


_END_OF_BLOCK = re.compile(r"(?<=^\}\n)", re.MULTILINE)
BLOCKS_KEPT = 512
"""Trees of blocks that stay for the next stack."""


class UnreadableFile(ValueError):
    """A file is not HCL, or not in this grammar; the message says where."""

    def __init__(self, error: Exception) -> None:
        inner = error.orig_exc if isinstance(error, VisitError) else error
        super().__init__(str(inner).strip().split("\n", 1)[0] or type(inner).__name__)
        self.line = max(getattr(error, "line", 1) or 1, 1)


class _Name(str):
    """An identifier: a key, or the root of a reference."""

    __slots__ = ()


class _Reference(Located):
    """A bare reference, which a string with the same letters is not."""


@dataclass(frozen=True, slots=True)
class _Encoded:
    """The argument of `jsonencode`."""

    value: Any


@dataclass(frozen=True, slots=True)
class _BlocksInFile:
    """Blocks that follow each other in a file."""

    text: str
    tree: Any
    """lark's `Tree` of rules and tokens."""
    lines_before: int = 0


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A parsed file, whose values are not read yet."""

    parts: tuple[_BlocksInFile, ...]


def _lark() -> Lark:
    grammar = LARK_GRAMMAR
    for theirs, ours in _ONE_CHARACTER.items():
        if theirs not in grammar:
            raise RuntimeError(f"checkov's grammar has changed: {theirs} is missing")
        grammar = grammar.replace(theirs, ours)
    return Lark(grammar, parser="lalr", propagate_positions=True, cache=True)


_LARK = _lark()


def parse(file: Path) -> ParsedFile:
    """Parse a file. Raises UnreadableFile."""
    try:
        text = file.read_text(encoding="utf-8-sig") + "\n"
        return ParsedFile(tuple(_parts(text)))
    except (OSError, ValueError, LarkError, RecursionError) as error:
        raise UnreadableFile(error) from None


def _parts(text: str) -> list[_BlocksInFile]:
    """Parse a text by its outermost blocks, because stacks share many of them.

    A part may end inside a block, as where a script of several lines has a brace of its own. Then a
    part is no HCL, and the whole text is parsed at once, which also places a mistake.
    """
    parts, lines = list[_BlocksInFile](), 0
    try:
        for block in filter(None, _END_OF_BLOCK.split(text)):
            parts.append(_BlocksInFile(block, _tree_of_block(block), lines))
            lines += block.count("\n")
    except (ValueError, LarkError, RecursionError):
        return [_BlocksInFile(text, _LARK.parse(text))]
    return parts


@lru_cache(maxsize=BLOCKS_KEPT)
def _tree_of_block(text: str) -> Any:
    return _LARK.parse(text)


def read(file: ParsedFile, locals_: "Locals") -> Definition:
    """Return the blocks of a file. Raises UnreadableFile."""
    try:
        definition: Definition = {}
        for part in file.parts:
            for kind, blocks in _TreeReader(part, locals_).transform(part.tree).items():
                definition.setdefault(kind, []).extend(blocks)
    except (LarkError, RecursionError) as error:
        raise UnreadableFile(error) from None
    for kind in ("resource", "data"):
        for entry in definition.get(kind, []):
            for type_, named in entry.items():
                if not isinstance(named, dict) or not all(
                    isinstance(conf, dict) for conf in named.values()
                ):
                    what = f"a {kind} {type_} has other labels than a type and a name"
                    raise UnreadableFile(ValueError(what))
    return definition


class Locals:
    """The locals of a stack, each read when it is first asked for."""

    def __init__(self, files: Iterable[ParsedFile]) -> None:
        self._unread = {
            str(attribute.children[0].children[0]): (part, attribute.children[1])
            for file in files
            for part in file.parts
            if "locals" in part.text
            for block in part.tree.find_pred(_is_locals)
            for attribute in block.children[-1].children
            if attribute.data == "attribute"
        }
        self._read: dict[str, Any] = {}

    def get(self, reference: str, line: int = 1) -> Any:
        """Return the value at `local.name`, or below it; the reference itself if there is none."""
        name, *_ = re.split(r"[.\[]", reference.removeprefix("local."), maxsplit=1)
        if name not in self._read:
            # A local that leads to itself is not known. Terraform refuses it.
            self._read[name] = _Reference(f"local.{name}")
            if name in self._unread:
                part, tree = self._unread[name]
                self._read[name] = _value(_plain(_TreeReader(part, self).transform(tree), 1))
        value = self._read[name]
        rest = reference.removeprefix(f"local.{name}")
        while rest and isinstance(value, dict | list) and (step := _PATH.match(rest)):
            key: Any = step[1] or step[3] or int(step[2] or 0)
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return _Reference(reference, line)
            rest = rest[step.end() :]
        is_known = not rest and not isinstance(value, _Reference)
        return value if is_known else _Reference(value if not rest else reference, line)


def _is_locals(tree: Any) -> bool:
    return tree.data == "block" and getattr(tree.children[0], "children", None) == ["locals"]


@v_args(meta=True)
class _TreeReader(Transformer[Token, Any]):
    """Turns the tree of one part into values; what it does not know becomes an Expression."""

    def __init__(self, part: _BlocksInFile, locals_: Locals) -> None:
        super().__init__(visit_tokens=False)
        self._text = part.text
        self._before = part.lines_before
        self._locals = locals_
        # lark wraps a method again at each node, which takes a third of the reading.
        for rule in _RULES:
            setattr(self, rule, getattr(self, rule))

    def start(self, meta: Any, children: list[Any]) -> Definition:
        (body,) = children
        return cast(Definition, body)

    def body(self, meta: Any, children: list[Any]) -> dict[str, list[Any]]:
        merged: dict[str, list[Any]] = {}
        for child in children:
            for key, value in child.items():
                merged.setdefault(key, []).append(value)
        return merged

    def block(self, meta: Any, children: list[Any]) -> dict[str, Any]:
        *labels, body = children
        lines = {START_LINE: self._line(meta), END_LINE: meta.end_line + self._before}
        block = {**body, **(lines if labels[0] in _WITH_LINES else {})}
        for label in reversed(labels):
            block = {str(label).strip('"'): block}
        return block

    def attribute(self, meta: Any, children: list[Any]) -> dict[str, Any]:
        value = _plain(children[1], self._line(meta))
        return {str(children[0]): value.value if isinstance(value, _Encoded) else value}

    def identifier(self, meta: Any, children: list[Any]) -> _Name:
        return _Name(children[0])

    def object(self, meta: Any, children: list[Any]) -> dict[str, Any]:
        return {key: value for pair in children for key, value in pair.items()}

    def object_elem(self, meta: Any, children: list[Any]) -> dict[str, Any]:
        key = self._string(children[0]) if isinstance(children[0], Token) else children[0]
        return {str(key): _value(_plain(children[1], self._line(meta)))}

    def tuple(self, meta: Any, children: list[Any]) -> list[Any]:
        return [_value(_plain(child, self._line(meta))) for child in children]

    def arguments(self, meta: Any, children: list[Any]) -> list[Any]:
        return [_plain(child, self._line(meta)) for child in children]

    def int_lit(self, meta: Any, children: list[Any]) -> int:
        return int("".join(children))

    def float_lit(self, meta: Any, children: list[Any]) -> float:
        return float("".join(children))

    def heredoc_template(self, meta: Any, children: list[Any]) -> Any:
        text = DictTransformer().heredoc_template(children)[1:-1]
        return self._template(text, self._line(meta))

    def heredoc_template_trim(self, meta: Any, children: list[Any]) -> Any:
        text = DictTransformer().heredoc_template_trim(children)[1:-1]
        return self._template(text, self._line(meta))

    def unary_op(self, meta: Any, children: list[Any]) -> Any:
        operator, operand = children
        is_number = isinstance(operand, int | float) and not isinstance(operand, bool)
        return -operand if operator == "-" and is_number else self._expression(meta)

    def expr_term(self, meta: Any, children: list[Any]) -> Any:
        (child,) = children
        if isinstance(child, Token):
            return self._string(child)
        if isinstance(child, _Name) and child in _CONSTANTS:
            return _CONSTANTS[child]
        return child

    def function_call(self, meta: Any, children: list[Any]) -> Any:
        name, arguments = str(children[0]), children[1] if len(children) > 1 else []
        as_written = self._expression(meta)
        if not arguments or any(isinstance(each, Expression) for each in arguments):
            return as_written
        if (
            name == "jsonencode"
            and len(arguments) == 1
            and not isinstance(arguments[0], _Reference)
        ):
            return _Encoded(_value(arguments[0]))
        if (
            name in _TRANSPARENT
            and len(arguments) == 1
            and not isinstance(arguments[0], _Reference)
        ):
            return _value(arguments[0])
        if name == "join" and len(arguments) == 2:
            glue, parts = arguments
            if isinstance(glue, str) and isinstance(parts, list) and all(map(_is_text, parts)):
                return glue.join(parts)
        return as_written

    def __default__(self, data: str, children: list[Any], meta: Any) -> Any:
        return self._expression(meta)

    def _line(self, meta: Any) -> int:
        line: int = meta.line
        return line + self._before

    def _expression(self, meta: Any) -> Any:
        source = self._text[meta.start_pos : meta.end_pos].strip()
        return self._resolved(source, self._line(meta))

    def _resolved(self, source: str, line: int) -> Any:
        if not REFERENCE.fullmatch(source):
            return Expression(f"${{{source}}}", line)
        if source.startswith("local."):
            return self._locals.get(source, line)
        return _Reference(source, line)

    def _string(self, token: Token) -> Any:
        return self._template(str(token)[1:-1], (token.line or 1) + self._before, escapes=True)

    def _template(self, text: str, line: int, *, escapes: bool = False) -> Any:
        parts = list(split_template(text))
        if len(parts) == 1 and parts[0].inner is not None:
            return self._resolved(parts[0].inner.strip(), line)
        written = ""
        for part in parts:
            if part.inner is None:
                written += _ESCAPE.sub(_unescaped, part.text) if escapes else part.text
                continue
            inner = part.inner.strip()
            known = self._locals.get(inner) if inner.startswith("local.") else inner
            is_text = isinstance(known, str | int | float) and not isinstance(
                known, bool | _Reference
            )
            written += str(known) if is_text and known != inner else part.text
        return Located(written, line) if "{" in written else written


_RULES = [name for name, each in vars(_TreeReader).items() if hasattr(each, "visit_wrapper")]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Expression)


def _plain(value: Any, line: int) -> Any:
    """Return a value without the parser's own types; a lonely identifier is an expression."""
    return Expression(f"${{{value}}}", line) if isinstance(value, _Name) else value


def _value(value: Any) -> Any:
    """Return a value that stands inside another one: `jsonencode(...)` is a text there."""
    return json.dumps(value.value) if isinstance(value, _Encoded) else value


def _unescaped(escape: re.Match[str]) -> str:
    if escape[1]:
        return _ESCAPED[escape[1]]
    code = int(escape[2] or escape[3], 16)
    return chr(code) if code < 0x110000 else escape[0]
