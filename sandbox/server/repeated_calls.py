"""Answers a repeated call with the first answer.

An SDK repeats a call if it waited too long for the answer. AWS answers within an SDK's timeout, so
a create is rarely sent twice there. A busy machine is slower: without this, the second create is
refused because the first one took effect.

Each SDK marks the attempts of a call with one `amz-sdk-invocation-id` (AWS SDKs and Tools
reference guide, "Retry behavior"). Only successful answers are kept, because a refused SDK
needs a new answer. Deliberate faults (`faults.py`) remove the mark, so a lost answer stays lost.
"""

from collections import OrderedDict

from werkzeug import Response

from sandbox.server.errors import Answer, Environ

INVOCATION = "HTTP_AMZ_SDK_INVOCATION_ID"
"""WSGI's name of the header."""

KEPT = 5_000
"""The number of answers kept; an apply of one stack makes about a hundred calls."""

LONGEST_KEPT_BYTES = 65_536
"""Longer answers are from lists and descriptions, which may safely be repeated."""


class RepeatedCalls:
    """A layer of the server, for one call at a time."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._answers: OrderedDict[str, Response] = OrderedDict()

    def __call__(self, environ: Environ) -> Response:
        invocation = environ.get(INVOCATION)
        if invocation is None:
            return self._answer(environ)
        if answer := self._answers.get(invocation):
            # An unread body would count as the next request of the connection.
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            return answer
        answer = self._answer(environ)
        if answer.status.startswith("2") and len(answer.get_data()) <= LONGEST_KEPT_BYTES:
            self._answers[invocation] = answer
            if len(self._answers) > KEPT:
                self._answers.popitem(last=False)
        return answer
