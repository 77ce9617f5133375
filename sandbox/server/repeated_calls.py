"""Answers a repeated call with the first answer.

An SDK repeats a call if it waited too long for the answer. AWS answers within an SDK's timeout, so
a create is rarely sent twice there. A busy machine is slower: without this, the second create is
refused because the first one took effect.

Each SDK marks the attempts of a call with one `amz-sdk-invocation-id` (AWS SDKs and Tools
reference guide, "Retry behavior"). Only successful answers are kept: a refused SDK needs a new
answer. Deliberate faults (`faults.py`) remove the mark, so a lost answer stays lost.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

INVOCATION = "HTTP_AMZ_SDK_INVOCATION_ID"
"""WSGI's name of the header."""

KEPT = 5_000
"""The number of answers kept; an apply of one stack makes about a hundred calls."""

LONGEST_KEPT_BYTES = 65_536
"""Longer answers are from lists and descriptions, which may safely be repeated."""


class RepeatedCalls:
    """WSGI middleware for one call at a time."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._answers: OrderedDict[str, tuple[str, Any, list[bytes]]] = OrderedDict()

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        invocation = environ.get(INVOCATION)
        if invocation is None:
            return self._app(environ, start)
        if invocation in self._answers:
            status, headers, body = self._answers[invocation]
            # An unread body would count as the next request of the connection.
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start(status, headers)
            return body
        begun: list[Any] = []

        def begin(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], object]:
            begun[:] = status, headers
            return start(status, headers, exc_info)

        body = list(self._app(environ, begin))
        if begun[0].startswith("2") and sum(map(len, body)) <= LONGEST_KEPT_BYTES:
            self._answers[invocation] = (begun[0], begun[1], body)
            if len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        return body
