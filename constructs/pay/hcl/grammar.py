"""Refuses what is not a Terraform expression or directive, and says why.

Source: `hclsyntax/parser.go` and `parser_template.go` of HashiCorp's HCL 2. Values and types are
left to Terraform; so is the existence of names.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from pay.hcl.errors import TemplateError

Tokens = Sequence[tuple[str, str]]
"""Kind and text of each token; kinds are N(ame), 0 (number), S(tring) and . (sign)."""

ESCAPE = (
    "write \\\" for a quote and \\\\ for a backslash in an argument of cdktf's Fn. "
    "Write $${ or %%{ for text that is not Terraform's"
)
"""The fix where text became part of an expression.

cdktf 0.21 (lib/tfExpression.js, `escapeString`) escapes line ends and `${`, and nothing else.
"""

_UNDEFINED = 'cdktf lost what stood there; write the expression as text, such as "${var.a == 0}"'
"""cdktf's Op loses 0, false or an empty text on the right. Its Fn loses the value of a key that
holds a token. Source: lib/tfExpression.js, `OperatorExpression`, `resolveExpressionPart`.
"""

_OPERATORS = frozenset("== != >= <= && || + - * / % > <".split())
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_CLOSES = {"endif": ("if", "else"), "endfor": ("for",), "else": ("if",)}


def check_expression(tokens: Tokens, source: str) -> None:
    """Raise TemplateError unless the tokens are one whole expression."""
    grammar = _Grammar(tokens, source)
    grammar.expression()
    grammar.end()


def check_directive(tokens: Tokens, source: str) -> None:
    """Raise TemplateError unless the tokens are what stands between `%{` and `}`."""
    grammar = _Grammar(tokens, source)
    keyword = grammar.take("a directive")
    if keyword == "if":
        grammar.expression()
    elif keyword == "for":
        grammar.loop()
    elif keyword not in _CLOSES:
        grammar.fail("if, else, endif, for or endfor", keyword)
    grammar.end()


def check_balance(keywords: Iterable[str], source: str) -> None:
    """Raise TemplateError unless every `if` and `for` of a template is closed, in order."""
    open_: list[str] = []
    for keyword in keywords:
        if keyword not in _CLOSES:
            open_.append(keyword)
            continue
        if not open_ or open_.pop() not in _CLOSES[keyword]:
            raise TemplateError(f"%{{{keyword}}} closes nothing in {source!r}")
        if keyword == "else":
            open_.append(keyword)
    if open_:
        raise TemplateError(f"%{{{open_[-1]}}} is not closed in {source!r}; {ESCAPE}")


class _Grammar:
    """Reads tokens from left to right; each method reads one rule of the grammar."""

    def __init__(self, tokens: Tokens, source: str) -> None:
        self._tokens = tokens
        self._source = source
        self._position = 0

    def expression(self) -> None:
        self._operand()
        while self._peek() in _OPERATORS:
            self._position += 1
            self._operand()
        if self._takes("?"):
            self.expression()
            self._must(":")
            self.expression()

    def loop(self) -> None:
        """Read `x in y` or `k, v in y`."""
        self._name("a variable")
        if self._takes(","):
            self._name("a variable")
        self._must("in")
        self.expression()

    def end(self) -> None:
        if self._position < len(self._tokens):
            self.fail("an operator or the end", self._peek())

    def take(self, required: str) -> str:
        """Return the next token; `required` says what it has to be, should there be none."""
        if self._position == len(self._tokens):
            self.fail(required, "")
        self._position += 1
        return self._tokens[self._position - 1][1]

    def fail(self, required: str, text: str) -> None:
        """Raise TemplateError with a token and what is required instead."""
        token = repr(text) if text else "the end"
        raise TemplateError(
            f"is not a Terraform expression: found {token} instead of {required} "
            f"in {self._source!r}; {ESCAPE}"
        )

    def _operand(self) -> None:
        while self._takes("-") or self._takes("!"):
            pass
        self._term()
        while self._peek() in (".", "["):
            self._step()

    def _term(self) -> None:
        kind = self._kind()
        text = self.take("a value")
        if kind == "N":
            if self._peek() in ("::", "("):
                self._call()
            elif text == "undefined":
                raise TemplateError(f"undefined is not a value in {self._source!r}; {_UNDEFINED}")
        elif kind == "0":
            if not _NUMBER.fullmatch(text):
                self.fail("a number", text)
        elif text == "(":
            self.expression()
            self._must(")")
        elif text == "[":
            self._for_expression("]") if self._peek() == "for" else self._items(
                "]", self.expression
            )
        elif text == "{":
            self._for_expression("}") if self._peek() == "for" else self._items("}", self._entry)
        elif kind != "S":
            self.fail("a value", text)

    def _step(self) -> None:
        """Read `.name`, `.0`, `.*`, `[*]` or `[key]`."""
        if self._takes("."):
            kind = self._kind()
            text = self.take("a name")
            if not (kind == "N" or text == "*" or (kind == "0" and text.isdecimal())):
                self.fail("a name", text)
        else:
            self._must("[")
            if not self._takes("*"):
                self.expression()
            self._must("]")

    def _call(self) -> None:
        while self._takes("::"):
            self._name("a function")
        self._must("(")
        self._items(")", self._argument)

    def _argument(self) -> None:
        self.expression()
        if self._takes("...") and self._peek() != ")":
            self.fail("')' after ...", self._peek())

    def _entry(self) -> None:
        self.expression()
        if not self._takes(":"):
            self._must("=")
        self.expression()

    def _items(self, closing: str, item: Callable[[], None]) -> None:
        while not self._takes(closing):
            item()
            if self._peek() != closing:
                self._must(",")

    def _for_expression(self, closing: str) -> None:
        self._must("for")
        self.loop()
        self._must(":")
        self.expression()
        if closing == "}":
            self._must("=>")
            self.expression()
            self._takes("...")
        if self._takes("if"):
            self.expression()
        self._must(closing)

    def _name(self, required: str) -> None:
        kind = self._kind()
        text = self.take(required)
        if kind != "N":
            self.fail(required, text)

    def _must(self, required: str) -> None:
        if not self._takes(required):
            self.fail(repr(required), self._peek())

    def _takes(self, text: str) -> bool:
        """Read the next token if it has this text."""
        is_next = self._peek() == text
        self._position += is_next
        return is_next

    def _peek(self) -> str:
        """Return the next token's text; nothing at the end."""
        return self._tokens[self._position][1] if self._position < len(self._tokens) else ""

    def _kind(self) -> str:
        return self._tokens[self._position][0] if self._position < len(self._tokens) else ""
