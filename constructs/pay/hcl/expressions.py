"""Finds the end of a Terraform expression and writes it on one line as `terraform fmt` does.

Only the spaces change; comments go, and a heredoc becomes a quoted string. The rules are those of
`terraform fmt` 1.11, against which tests run.
"""

import re
from functools import lru_cache

from pay.hcl.errors import TemplateError
from pay.hcl.grammar import ESCAPE, check_balance, check_directive, check_expression
from pay.hcl.template_parts import directives_of, in_marks, keyword, parts_of_heredoc, quoted

_TOKEN = re.compile(
    r"""
      (?P<space>[ \t]+)
    | (?P<newline>\r?\n)
    | (?P<line_comment>(?:\#|//)[^\n]*\n?)
    | (?P<comment>/\*(?s:.*?)\*/)
    | (?P<heredoc><<(?P<flush>-?)(?P<marker>[A-Za-z_\u0080-\U0010ffff]
        [A-Za-z0-9_\u0080-\U0010ffff-]*)\r?\n)
    | (?P<number>[0-9](?:[0-9.]|[eE][+-]?[0-9])*(?<!\.))
    | (?P<name>[A-Za-z_\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff-]*)
    | (?P<quote>")
    | (?P<sign>~\}|\.\.\.|=>|==|!=|>=|<=|&&|\|\||::|[][(){}.,*/%+<>!?:=-])
    """,
    re.VERBOSE,
)
_QUOTED = re.compile(
    r"""
      (?P<text>(?:[^"\\$%\n\r]|\$\$\{|%%\{|\$(?!\{)|%(?!\{)
        |\\(?:["\\nrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}|U00(?:0|10)[0-9a-fA-F]{4,5}))+)
    | (?P<mark>[$%]\{~?)
    """,
    re.VERBOSE,
)
_NOT_WRITTEN = ("space", "newline", "line_comment", "comment")
_KINDS = {"name": "N", "number": "0"}
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
# The grammar of most expressions, so that they need no other reading.
_TRAVERSAL = re.compile(r'[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[(?:\d+|\*|"[\w-]+")\])+', re.ASCII)
_REFERENCE = re.compile(r"N(?:\.N|\[[0S]\])*")
_LIVE = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")

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
    tokens, _ = _read(source, 0, inside_template=False)
    check_expression(tokens, source)
    return _spaced(tokens)


def is_name(text: str) -> bool:
    """Return whether Terraform takes the text as a name: of a local value, a block, a variable."""
    is_ascii = _NAME.fullmatch(text) is not None
    return is_ascii or (text[:1] != "-" and text.replace("-", "_").isidentifier())


@lru_cache(maxsize=16384)
def is_reference(source: str) -> bool:
    """Return whether the text is only a name, such as `aws_lb.this` or `tags["a/b"]`."""
    try:
        tokens, _ = _read(source, 0, inside_template=False)
    except TemplateError:
        return False
    if any(_LIVE.search(text) for kind, text in tokens if kind == "S"):
        return False
    shape = "".join(text if kind == "." else kind for kind, text in tokens)
    return _REFERENCE.fullmatch(shape) is not None


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


def read_interpolation(text: str, start: int, opening: str) -> tuple[str, str, int]:
    """Read what follows `${` (an expression) or `%{` (a directive) in a template.

    Returns the formatted expression, the end mark (`}` or `~}`) and the position after it.
    Raises TemplateError if it is not an expression or directive, or not closed.
    """
    tokens, end = _read(text, start, inside_template=True)
    check = check_directive if opening.startswith("%") else check_expression
    check(tokens, text)
    mark = "~}" if text.startswith("~}", end) else "}"
    return _spaced(tokens), mark, end + len(mark)


def _read(source: str, start: int, *, inside_template: bool) -> tuple[_Tokens, int]:
    """Return the tokens up to the end of the source or the brace that closes the template mark."""
    tokens: _Tokens = []
    open_brackets: list[str] = []
    separator_pending = False
    position = start
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise TemplateError(
                f"unexpected character {source[position]!r} in {source!r}; {ESCAPE}"
            )
        kind, text = match.lastgroup, match.group()
        if kind in _NOT_WRITTEN:
            if text.endswith("\n"):
                # A new line separates the items of an object; everywhere else it is a space.
                separator_pending = bool(open_brackets) and open_brackets[-1] == "{"
            position = match.end()
            continue
        if kind == "name" and not is_name(text):
            raise TemplateError(f"{text!r} is not a name of Terraform in {source!r}; {ESCAPE}")
        if text in ("}", "~}") and not open_brackets:
            if inside_template:
                return tokens, position
            raise TemplateError(f"one closing brace too many in {source!r}; {ESCAPE}")
        if separator_pending:
            if text not in ("}", ",") and tokens[-1][1] not in ("{", ","):
                tokens.append((".", ","))
            separator_pending = False
        if kind == "quote" or kind == "heredoc":
            read = _read_quoted if kind == "quote" else _read_heredoc
            string, position = read(source, match)
            tokens.append(("S", string))
            continue
        if text in _CLOSING:
            open_brackets.append(text)
        elif text in (")", "]", "}"):
            if not open_brackets or _CLOSING[open_brackets.pop()[0]] != text:
                raise TemplateError(f"{text!r} closes nothing in {source!r}; {ESCAPE}")
        elif text == "for" and open_brackets and tokens[-1][1] == "{":
            open_brackets[-1] = "{for"
        tokens.append((_KINDS.get(kind or "", "."), text))
        position = match.end()
    if open_brackets or inside_template:
        bracket = (open_brackets or "{")[-1][0]
        raise TemplateError(f"{bracket!r} is not closed in {source!r}; {ESCAPE}")
    return tokens, position


def _read_heredoc(source: str, opening: re.Match[str]) -> tuple[str, int]:
    """Return the quoted string with the value of a heredoc, and its end."""
    parts, position = parts_of_heredoc(
        source,
        opening.end(),
        opening["marker"],
        read_interpolation,
        is_flush=bool(opening["flush"]),
    )
    check_balance(directives_of(parts), source)
    return quoted(parts), position


def _read_quoted(source: str, quote: re.Match[str]) -> tuple[str, int]:
    """Return a quoted string of an expression, with interpolations formatted, and its end."""
    pieces = ['"']
    directives: list[str] = []
    position = quote.end()
    while not source.startswith('"', position):
        match = _QUOTED.match(source, position)
        if match is None:
            raise TemplateError(_mistake_in_quotes(source, position))
        if match.lastgroup == "text":
            pieces.append(match.group())
            position = match.end()
        else:
            opening = match.group()
            expression, mark, position = read_interpolation(source, match.end(), opening)
            pieces.append(in_marks(opening, expression, mark))
            if opening.startswith("%"):
                directives.append(keyword(expression))
    check_balance(directives, source)
    return "".join([*pieces, '"']), position + 1


def _mistake_in_quotes(source: str, position: int) -> str:
    match source[position : position + 2]:
        case "" | "\\":
            problem = "a quoted string is not closed"
        case text if text.startswith("\\"):
            problem = f"{text} is not an escape of Terraform"
        case _:
            problem = "a quoted string has a line end in it"
    return f"{problem} in {source!r}; {ESCAPE}"


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
