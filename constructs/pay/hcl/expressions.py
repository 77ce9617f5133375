"""Finds the end of a Terraform expression and writes it on one line as `terraform fmt` does.

Only the spaces change. The rules are those of `terraform fmt` 1.11, against which tests run.
"""

import re
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
_KINDS = {"name": "N", "number": "0"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_TRAVERSAL = re.compile(r'[A-Za-z_][\w-]*(?:\.[\w-]+|\.\*|\[(?:\d+|\*|"[\w-]+")\])*', re.ASCII)

# After one of these, a minus is a sign, not a subtraction.
_SIGN_FOLLOWS = frozenset("( { [ = : , ? + * / % - == != > >= < <= && || !".split())


_Tokens = list[tuple[str, str]]
"""Kind and text of each token; kinds are N(ame), 0 (number), S(tring) and . (sign)."""


@lru_cache(maxsize=16384)
def format_expression(source: str) -> str:
    """Return the expression on one line in `terraform fmt` form.

    Raises TemplateError if it is not one whole expression.
    """
    if _TRAVERSAL.fullmatch(source):
        return source
    tokens, end = _read(source, 0, inside_template=False)
    if end != len(source) or not tokens:
        raise TemplateError(f"{source!r} is not one whole Terraform expression")
    return _spaced(tokens)


@lru_cache(maxsize=16384)
def is_reference(source: str) -> bool:
    """Return whether the text is only a name, such as `aws_lb.this` or `tags["Name"]`."""
    return _TRAVERSAL.fullmatch(source) is not None


@lru_cache(maxsize=16384)
def called_function(source: str) -> str | None:
    """Return the function that the whole expression calls; None for anything else."""
    tokens, _ = _read(source, 0, inside_template=False)
    if len(tokens) < 3 or tokens[0][0] != "N" or tokens[1] != (".", "("):
        return None
    depth = 0
    for position, (kind, text) in enumerate(tokens):
        if kind == "." and text in _CLOSING:
            depth += 1
        elif kind == "." and text in _CLOSING.values():
            depth -= 1
            if not depth:
                return tokens[0][1] if position == len(tokens) - 1 else None
    return None


def read_interpolation(text: str, start: int) -> tuple[str, str, int]:
    """Read the expression after `${` or `%{` in a template.

    Returns the formatted expression, the end mark (`}` or `~}`) and the position after it.
    Raises TemplateError if it is empty or not closed.
    """
    tokens, end = _read(text, start, inside_template=True)
    if not tokens:
        raise TemplateError(f"an interpolation is empty in {text!r}")
    mark = "~}" if text.startswith("~}", end) else "}"
    return _spaced(tokens), mark, end + len(mark)


def in_marks(opening: str, expression: str, closing: str) -> str:
    """Return an interpolation in a template, with braces apart as in `${ { a = 1 } }`."""
    left = " " if expression.startswith("{") else ""
    right = " " if expression.endswith("}") else ""
    # A leading minus counts as subtraction there.
    if expression.startswith("-") and not expression.startswith("- "):
        expression = "- " + expression[1:]
    return f"{opening}{left}{expression}{right}{closing}"


def _read(source: str, start: int, *, inside_template: bool) -> tuple[_Tokens, int]:
    """Return the tokens up to the end of the source or the brace that closes the template mark."""
    tokens: _Tokens = []
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
                return tokens, position
            raise TemplateError(f"one closing brace too many in {source!r}")
        if separator_pending:
            if text not in ("}", ",") and tokens[-1][1] not in ("{", ","):
                tokens.append((".", ","))
            separator_pending = False
        if kind == "quote":
            quoted, position = _read_quoted(source, match.end())
            tokens.append(("S", quoted))
            continue
        if text in _CLOSING:
            open_brackets.append(text)
        elif text in (")", "]", "}"):
            if not open_brackets or _CLOSING[open_brackets.pop()[0]] != text:
                raise TemplateError(f"{text!r} closes nothing in {source!r}")
        elif text == "for" and open_brackets and tokens[-1][1] == "{":
            open_brackets[-1] = "{for"
        tokens.append((_KINDS.get(kind or "", "."), text))
        position = match.end()
    if open_brackets or inside_template:
        raise TemplateError(f"{(open_brackets or '{')[-1][0]!r} is not closed in {source!r}")
    return tokens, position


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


def _spaced(tokens: _Tokens) -> str:
    spaces = [" " if _is_spaced(tokens, index) else "" for index in range(len(tokens) - 1)]
    return "".join(text + space for (_, text), space in zip(tokens, [*spaces, ""], strict=True))


def _is_spaced(tokens: _Tokens, index: int) -> bool:
    """Return whether `terraform fmt` writes a space after the token at `index`."""
    (kind, this), (next_kind, following) = tokens[index : index + 2]
    before = tokens[index - 1] if index else ("", "")
    follows_sign = next_kind == "."
    if kind == "N" and follows_sign and following == "(":
        return False
    if (kind == "." and this in (".", "::")) or (follows_sign and following in (".", "::")):
        return False
    if follows_sign and following in (",", "..."):
        return False
    if kind == "." and this == ",":
        return True
    if kind == "N" and this == "in" and before[0] == "N":
        return True
    if follows_sign and following == "[" and (kind in "N0" or this in (")", "]", "}")):
        return False
    if kind != ".":
        return not (follows_sign and following in (")", "]"))
    if this == "-":
        return index > 0 and not (before[0] == "." and before[1] in _SIGN_FOLLOWS)
    if this == "!":
        return False
    if this == "{" or (follows_sign and following == "}"):
        return not (this == "{" and follows_sign and following == "}")
    return not (this in ("(", "[") or (follows_sign and following in (")", "]")))
