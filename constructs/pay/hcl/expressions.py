"""Finds the end of a Terraform expression and writes it on one line as `terraform fmt` does.

Only the spaces change. The rules are those of `terraform fmt` 1.11, against which tests run.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from pay.hcl.errors import TemplateError

_TOKEN = re.compile(
    r"""
      (?P<space>[ \t]+)
    | (?P<newline>\r?\n)
    | (?P<comment>\#|//|/\*)
    | (?P<heredoc><<-?[^\W\d])
    | (?P<number>\d(?:[\d.]|[eE][+-]?\d)*(?<!\.))
    | (?P<name>[^\W\d][\w-]*)
    | (?P<quote>")
    | (?P<sign>~\}|\.\.\.|=>|==|!=|>=|<=|&&|\|\||::|[][(){}.,*/%+<>!?:=-])
    """,
    re.VERBOSE,
)
_QUOTED = re.compile(
    r'(?P<text>(?:[^"\\$%\n]|\\.|\$\$\{|%%\{|\$(?!\{)|%(?!\{))+)|(?P<mark>[$%]\{~?)'
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_TRAVERSAL = re.compile(r'[A-Za-z_][\w-]*(?:\.[\w-]+|\.\*|\[(?:\d+|\*|"[\w-]+")\])*', re.ASCII)

# After one of these, a minus is a sign, not a subtraction.
_SIGN_FOLLOWS = frozenset("( { [ = : , ? + * / % - == != > >= < <= && || !".split())


@dataclass(slots=True)
class _Line:
    """The tokens of one expression; `kinds` holds N(ame), 0 (number), S(tring) or . (sign)."""

    kinds: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def add(self, kind: str, text: str) -> None:
        self.kinds.append(kind)
        self.texts.append(text)


@lru_cache(maxsize=16384)
def format_expression(source: str) -> str:
    """Return the expression on one line in `terraform fmt` form.

    Raises TemplateError if it is not one whole expression.
    """
    if _TRAVERSAL.fullmatch(source):
        return source
    line, end = _read(source, 0, inside_template=False)
    if end != len(source) or not line.texts:
        raise TemplateError(f"{source!r} is not one whole Terraform expression")
    return _spaced(line)


@lru_cache(maxsize=16384)
def is_reference(source: str) -> bool:
    """Return whether the text is only a name, such as `aws_lb.this` or `tags["Name"]`."""
    return _TRAVERSAL.fullmatch(source) is not None


def read_interpolation(text: str, start: int) -> tuple[str, str, int]:
    """Read the expression after `${` or `%{` in a template.

    Returns the formatted expression, the end mark (`}` or `~}`) and the position after it.
    Raises TemplateError if it is empty or not closed.
    """
    line, end = _read(text, start, inside_template=True)
    if not line.texts:
        raise TemplateError(f"an interpolation is empty in {text!r}")
    mark = "~}" if text.startswith("~}", end) else "}"
    return _spaced(line), mark, end + len(mark)


def in_marks(opening: str, expression: str, closing: str) -> str:
    """Return an interpolation in a template, with braces apart as in `${ { a = 1 } }`."""
    left = " " if expression.startswith("{") else ""
    right = " " if expression.endswith("}") else ""
    # A leading minus counts as subtraction there.
    if expression.startswith("-") and not expression.startswith("- "):
        expression = "- " + expression[1:]
    return f"{opening}{left}{expression}{right}{closing}"


def _read(source: str, start: int, *, inside_template: bool) -> tuple[_Line, int]:
    """Return the tokens up to the end of the source or the brace that closes the template mark."""
    line = _Line()
    open_brackets: list[str] = []
    separator_pending = False
    position = start
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise TemplateError(f"unexpected character {source[position]!r} in {source!r}")
        kind, text = match.lastgroup, match.group()
        if kind == "space":
            position = match.end()
            continue
        if kind == "newline":
            # A new line separates the items of an object; everywhere else it is a space.
            separator_pending = bool(open_brackets) and open_brackets[-1] == "{"
            position = match.end()
            continue
        if kind == "comment" or kind == "heredoc":
            raise TemplateError(f"a {kind} inside an expression cannot be kept: {source!r}")
        if text in ("}", "~}") and not open_brackets:
            if inside_template:
                return line, position
            raise TemplateError(f"one closing brace too many in {source!r}")
        if separator_pending:
            if text not in ("}", ",") and line.texts[-1] not in ("{", ","):
                line.add(".", ",")
            separator_pending = False
        if kind == "quote":
            quoted, position = _read_quoted(source, match.end())
            line.add("S", quoted)
            continue
        if text in _CLOSING:
            open_brackets.append(text)
        elif text in (")", "]", "}"):
            if not open_brackets or _CLOSING[_base(open_brackets.pop())] != text:
                raise TemplateError(f"{text!r} closes nothing in {source!r}")
        elif text == "for" and line.texts and line.texts[-1] == "{" and open_brackets:
            open_brackets[-1] = "{for"
        line.add("N" if kind == "name" else "0" if kind == "number" else ".", text)
        position = match.end()
    if open_brackets or inside_template:
        raise TemplateError(f"{_base((open_brackets or ['{'])[-1])!r} is not closed in {source!r}")
    return line, position


def _base(bracket: str) -> str:
    return bracket[0]


def _read_quoted(source: str, start: int) -> tuple[str, int]:
    """Return a quoted string of an expression, with interpolations formatted, and its end."""
    pieces = ['"']
    position = start
    while True:
        if source.startswith('"', position):
            pieces.append('"')
            return "".join(pieces), position + 1
        match = _QUOTED.match(source, position)
        if match is None:
            raise TemplateError(f"a quoted string is not closed in {source!r}")
        if match.lastgroup == "text":
            pieces.append(match.group())
            position = match.end()
        else:
            expression, mark, position = read_interpolation(source, match.end())
            pieces.append(in_marks(match.group(), expression, mark))


def _spaced(line: _Line) -> str:
    kinds, texts = line.kinds, line.texts
    pieces: list[str] = []
    last = len(texts) - 1
    for index, text in enumerate(texts):
        pieces.append(text)
        if index < last and _space_between(kinds, texts, index):
            pieces.append(" ")
    return "".join(pieces)


def _space_between(kinds: list[str], texts: list[str], index: int) -> bool:
    """Return whether `terraform fmt` writes a space after the token at `index`."""
    kind, this, following = kinds[index], texts[index], texts[index + 1]
    follows_sign = kinds[index + 1] == "."
    if kind == "N" and follows_sign and following == "(":
        return False
    if (kind == "." and this in (".", "::")) or (follows_sign and following in (".", "::")):
        return False
    if follows_sign and following in (",", "..."):
        return False
    if kind == "." and this == ",":
        return True
    if kind == "N" and this == "in" and index > 0 and kinds[index - 1] == "N":
        return True
    if follows_sign and following == "[" and (kind in "N0" or this in (")", "]", "}")):
        return False
    if kind != ".":
        return not (follows_sign and following in (")", "]"))
    if this == "-":
        return index > 0 and not (kinds[index - 1] == "." and texts[index - 1] in _SIGN_FOLLOWS)
    if this == "!":
        return False
    if this == "{" or (follows_sign and following == "}"):
        return not (this == "{" and follows_sign and following == "}")
    return not (this in ("(", "[") or (follows_sign and following in (")", "]")))
