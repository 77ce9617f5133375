"""Sends jsii's messages to Node before the answers to earlier ones are read (docs/decisions/0224).

Nearly every message creates a construct, and its answer is known: a reference with the next number.
So Python builds while Node creates, and neither waits for the other.
"""

import json
from collections import deque
from typing import Any, cast

import attr
from jsii import _kernel
from jsii._kernel.providers import BaseProvider
from jsii._kernel.providers.process import jdefault
from jsii._kernel.types import (
    CreateRequest,
    CreateResponse,
    GetRequest,
    GetResponse,
    InvokeRequest,
    InvokeResponse,
    ObjRef,
)
from jsii._stack_trace import is_enabled
from jsii.errors import JavaScriptError

MOST_UNREAD = 100
"""Answers that wait to be read. They have to fit into a pipe (64 KiB), or both sides would wait."""
STACK = "cdktf.TerraformStack"
"""Its constructor calls no method that a class in Python overrides."""
_PLAIN = frozenset({str, int, float, bool, type(None)})


def sent_ahead(node: BaseProvider) -> BaseProvider:
    """Return a way to Node that does not wait for answers that are known.

    An error of cdktf is raised some messages later, with the construct that it is about;
    JSII_HOST_STACK_TRACES=1, which is jsii's own, waits for each answer.
    """
    if is_enabled():
        return node
    ahead: Any = _SentAhead(node)
    setattr(_kernel, "_make_reference_for_native", _argument)  # noqa: B010 - not jsii's to offer
    return cast(BaseProvider, ahead)


class _SentAhead:
    """jsii's way to Node (its kernel provider)."""

    def __init__(self, node: Any) -> None:
        self._node = node
        self._process = node._process
        serializer = self._process._serializer
        serializer.register_unstructure_hook(CreateRequest, _creation)
        serializer.register_unstructure_hook(InvokeRequest, _invocation)
        self._to_node = self._process._process.stdin
        self._encode = json.JSONEncoder(default=jdefault).encode
        self._unread: deque[tuple[str, ObjRef | dict[str, Any]]] = deque()
        """What was sent, in words, and the answer that is known."""
        self._last: int | None = None
        """The number of Node's last reference, where it is known for certain."""

    def __getattr__(self, name: str) -> Any:
        """Return another way to ask Node, after every answer that it owes."""
        self._settle()
        self._last = None
        return getattr(self._node, name)

    def create(self, request: CreateRequest) -> Any:
        may_call_back = request.overrides and request.fqn != STACK
        if may_call_back or self._last is None:
            self._settle()
            response = self._node.create(request)
            is_numbered = isinstance(response, CreateResponse)
            self._last = int(response.ref.rpartition("@")[2]) if is_numbered else None
            return response
        line = self._line(_creation(request))
        self._last += 1
        response = CreateResponse(f"{request.fqn}@{self._last}")
        self._send(line, request.fqn, ObjRef(response.ref))
        return response

    def get(self, request: GetRequest) -> Any:
        self._settle()
        response = self._node.get(request)
        if not isinstance(response, GetResponse) or not _is_text(response.value):
            self._last = None
        return response

    def invoke(self, request: InvokeRequest) -> Any:
        if request.method != "addOverride":
            self._settle()
            self._last = None
            return self._node.invoke(request)
        self._send(self._line(_invocation(request)), f"addOverride of {request.objref.ref}", {})
        return InvokeResponse(None)

    def _line(self, message: dict[str, Any]) -> bytes:
        return self._encode(message).encode() + b"\n"

    def _send(self, line: bytes, what: str, answer: ObjRef | dict[str, Any]) -> None:
        self._to_node.write(line)
        self._to_node.flush()
        self._unread.append((what, answer))
        if len(self._unread) >= MOST_UNREAD:
            self._settle(leaving=MOST_UNREAD // 2)

    def _settle(self, leaving: int = 0) -> None:
        """Read answers; raises RuntimeError for the first that is an error, none left unread."""
        mistaken: list[tuple[str, Any]] = []
        while len(self._unread) > (0 if mistaken else leaving):
            what, expected = self._unread.popleft()
            answer = self._process._next_message()
            if answer != {"ok": expected}:
                mistaken.append((what, answer))
        if mistaken:
            self._last = None
            [(what, answer), *_] = mistaken
            cause: Any = JavaScriptError
            mistake = answer.get("error", answer)
            raise RuntimeError(f"{what}: {mistake}") from cause(answer.get("stack", ""))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    )


def _creation(request: CreateRequest) -> dict[str, Any]:
    return {
        "fqn": request.fqn,
        "args": request.args,
        "overrides": [attr.asdict(each) for each in request.overrides],
        "interfaces": request.interfaces,
        "api": "create",
    }


def _invocation(request: InvokeRequest) -> dict[str, Any]:
    objref = {"$jsii.byref": request.objref.ref}
    return {"objref": objref, "method": request.method, "args": request.args, "api": "invoke"}


_slowly = _kernel._make_reference_for_native


def _argument(kernel: Any, value: Any) -> Any:
    """Return an argument as jsii sends it, without the properties of structs that are None.

    jsii reads each property by name, and bindings look up its type each time, which is a quarter of
    the time of Python.
    """
    type_ = type(value)
    if type_ in _PLAIN:
        return value
    if type_ is list:
        return [_argument(kernel, each) for each in value]
    if type_ is dict:
        return {"$jsii.map": {key: _argument(kernel, each) for key, each in value.items()}}
    if (names := getattr(type_, "__jsii_name_mapping__", None)) is None:
        return _slowly(kernel, value)
    data = {names[name]: _argument(kernel, each) for name, each in value._values.items()}
    return {"$jsii.struct": {"fqn": type_.__jsii_type__, "data": data}}
