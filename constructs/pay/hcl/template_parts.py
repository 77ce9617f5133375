"""The parts of a template, text and expressions, and the HCL2 string of them.

Terraform reads the template of a JSON string, or of a heredoc, piece by piece. Source:
`bareTemplate` and `heredocTemplate` in HCL's `scan_tokens.rl`. A strip marker removes the space of
one piece.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pay.hcl.errors import TemplateError

ReadInterpolation = Callable[[str, int, str], tuple[str, str, int]]
"""Reads an expression or directive: the text, where it begins, and `${` or `%{`. Returns it in
`terraform fmt` form, the end mark (`}` or `~}`) and the position after it.
"""

_OPENING = re.compile(r"[$%]\{~?")
_PIECE = re.compile(
    r"""
      \$\$\{ | %%\{
    | [$%] (?:[\x00-\x09\x0b\x0c\x0e-z|}~\x7f] (?=\r?\n) | \r (?=\n))
    | [$%] (?!\{)
    | (?:[^$%\r\n]+ (?:\r?\n)? | \r?\n)
    """,
    re.VERBOSE,
)
"""A sign and the one ASCII character before a line end are a piece. The line end belongs to the
next piece.
"""
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""The characters that strip markers remove: `unicode.IsSpace` of Go."""
_SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Literal:
    """Text of a template, with `$${` and `%%{` still doubled."""

    source: str

    @property
    def text(self) -> str:
        """Return the text that Terraform reads."""
        return self.source.replace("$${", "${").replace("%%{", "%{")


@dataclass(frozen=True, slots=True)
class Interpolation:
    """`${expression}` or `%{directive}`, in `terraform fmt` form."""

    opening: str
    expression: str


TemplatePart = Literal | Interpolation
_Tokens = list[str | Interpolation]


def parts_of(text: str, read: ReadInterpolation) -> list[TemplatePart]:
    """Return the parts of a template in Terraform JSON, with strip markers carried out.

    Raises TemplateError for a template that Terraform cannot read.
    """
    tokens, _ = _scanned(text, 0, read)
    return _melded(tokens)


def parts_of_heredoc(
    text: str, start: int, marker: str, read: ReadInterpolation, *, is_flush: bool
) -> tuple[list[TemplatePart], int]:
    """Return the parts of a heredoc, and the position of the line end behind its closing marker.
    The content begins at `start`. `is_flush`: it began with `<<-`, so its lines lose the space that
    they share.

    Raises TemplateError if it is not closed, or Terraform cannot read it.
    """
    tokens, end = _scanned(text, start, read, marker)
    return _melded(_flushed(tokens) if is_flush else tokens), end


def quoted(parts: Sequence[TemplatePart]) -> str:
    """Return the HCL2 expression with the value of the parts."""
    match [part for part in parts if part != Literal("")]:
        case [Interpolation("${", expression)] if len(parts) == 1:
            return expression
        case [Interpolation("${", expression)]:
            # In quotes alone it would keep its own type.
            return f"tostring({expression})"
    pieces: list[str] = []
    for part in parts:
        if isinstance(part, Literal):
            pieces.append(escaped(part.source))
            continue
        if pieces and pieces[-1].endswith(part.opening[0]):
            # Without space between them, the two signs would be an escape.
            pieces[-1] = pieces[-1][:-1] + unicode_escape(part.opening[0])
        pieces.append(in_marks(part.opening, part.expression, "}"))
    return f'"{"".join(pieces)}"'


def directives_of(parts: Sequence[TemplatePart]) -> list[str]:
    """Return the first words of the directives, such as `if`, in order."""
    return [
        keyword(part.expression)
        for part in parts
        if isinstance(part, Interpolation) and part.opening == "%{"
    ]


def keyword(directive: str) -> str:
    """Return the first word of a directive, such as `if`."""
    match = re.match(r"[A-Za-z_][\w-]*", directive, re.ASCII)
    return match[0] if match else ""


def in_marks(opening: str, expression: str, closing: str) -> str:
    """Return an interpolation in a template, with braces apart as in `${ { a = 1 } }`."""
    left = " " if expression.startswith("{") else ""
    right = " " if expression.endswith("}") else ""
    # A leading minus counts as subtraction there.
    if expression.startswith("-") and not expression.startswith("- "):
        expression = "- " + expression[1:]
    return f"{opening}{left}{expression}{right}{closing}"


def escaped(text: str) -> str:
    """Return text of a template, escaped for the inside of an HCL2 string."""
    if text.isprintable():
        return text.replace("\\", "\\\\").replace('"', '\\"')
    return "".join(map(_escape, text))


def unicode_escape(character: str) -> str:
    """Return a character as HCL2 escapes it by its code."""
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escape(character: str) -> str:
    short = _SHORT_ESCAPES.get(character)
    if short:
        return short
    if character.isprintable():
        return character
    if 0xD800 <= ord(character) <= 0xDFFF:
        escape = unicode_escape(character)
        raise TemplateError(f"half a surrogate pair, {escape}, is not a character")
    # Control, format and unusual space characters stay visible in a review.
    return unicode_escape(character)


def _scanned(
    text: str, position: int, read: ReadInterpolation, marker: str | None = None
) -> tuple[_Tokens, int]:
    """Return the pieces and interpolations up to the end of the text, or to the line of a marker.
    Strip markers are carried out.
    """
    tokens: _Tokens = []
    strips_next, begins_line = False, True
    while position < len(text):
        if opening := _OPENING.match(text, position):
            if "~" in opening[0] and tokens and isinstance(last := tokens[-1], str):
                tokens[-1] = last.rstrip(_SPACE)
            mark = opening[0][:2]
            expression, closing, position = read(text, opening.end(), mark)
            tokens.append(Interpolation(mark, expression))
            strips_next, begins_line = "~" in closing, False
            continue
        match = _PIECE.match(text, position)
        if match is None:
            # Terraform 1.11 reads the marks after one as text.
            raise TemplateError(
                f"a carriage return without a line feed beside ${{ or %{{ in {text!r}"
            )
        piece = match[0]
        ends_line = piece.endswith("\n")
        if begins_line and ends_line and piece.strip(_SPACE) == marker:
            return tokens, match.end() - (2 if piece.endswith("\r\n") else 1)
        tokens.append(piece.lstrip(_SPACE) if strips_next else piece)
        strips_next, begins_line, position = False, ends_line, match.end()
    if marker is not None:
        raise TemplateError(
            f"a heredoc is not closed in {text!r}; write {marker} alone on a line, with a line "
            "end after it"
        )
    return tokens, position


def _flushed(tokens: _Tokens) -> _Tokens:
    """Return the tokens without the space that all lines have at their start. Source:
    `flushHeredocTemplateParts` in HCL's `parser_template.go`. Blank lines do not count.
    """
    firsts = [
        index
        for index, token in enumerate(tokens)
        if (index == 0 or str(tokens[index - 1])[-1:] == "\n") and not _is_blank(token)
    ]
    width = min((_leading_space(tokens[index]) for index in firsts), default=0)
    return [
        token[width:] if index in firsts and isinstance(token, str) else token
        for index, token in enumerate(tokens)
    ]


def _is_blank(token: str | Interpolation) -> bool:
    return isinstance(token, str) and token.endswith("\n") and not token.strip(_SPACE)


def _leading_space(token: str | Interpolation) -> int:
    return len(token) - len(token.lstrip(_SPACE)) if isinstance(token, str) else 0


def _melded(tokens: _Tokens) -> list[TemplatePart]:
    """Return the tokens with pieces that follow each other as one text.

    An empty text stays a part: with it, the template is always a string.
    """
    parts: list[TemplatePart] = []
    for token in tokens:
        if isinstance(token, Interpolation):
            parts.append(token)
        elif parts and isinstance(last := parts[-1], Literal):
            parts[-1] = Literal(last.source + token)
        else:
            parts.append(Literal(token))
    return parts
