"""Sends jsii's messages to Node before the answers to earlier ones are read (docs/decisions/0224).

Nearly every message creates a construct, and its answer is the reference with the next number. So
Python builds while Node creates, and neither waits for the other.
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

MOST_UNREAD = 16 * 1024
"""Bytes of messages whose answers nobody has read. Every pipe holds so many bytes (16 KiB at
least). So Python never waits to write while Node waits to write a long answer, such as an error.
"""
STACK = "cdktf.TerraformStack"
"""Its constructor calls no method that a class in Python overrides."""
_Request = CreateRequest | InvokeRequest
_PLAIN = frozenset({str, int, float, bool, type(None)})


def sent_ahead(node: BaseProvider) -> BaseProvider:
    """Return a way to Node that does not wait for answers that are known.

    An error of cdktf is raised some messages later. It has class and id of its construct.
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
        self._unread: deque[tuple[_Request, ObjRef | dict[str, Any]]] = deque()
        """The requests that were sent, each with its known answer."""
        self._unread_bytes = 0
        self._last: int | None = None
        """The number of Node's last reference, where it is known for certain."""

    def __getattr__(self, name: str) -> Any:
        """Return another way to ask Node. Called, it first reads the answers that Node owes."""
        way = getattr(self._node, name)

        def ask(*request: Any, **more: Any) -> Any:
            self._settle()
            self._last = None
            return way(*request, **more)

        return ask

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
        self._send(line, request, ObjRef(response.ref))
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
        self._send(self._line(_invocation(request)), request, {})
        return InvokeResponse(None)

    def _line(self, message: dict[str, Any]) -> bytes:
        return self._encode(message).encode() + b"\n"

    def _send(self, line: bytes, request: _Request, answer: ObjRef | dict[str, Any]) -> None:
        if self._unread_bytes + len(line) > MOST_UNREAD:
            self._settle()
        try:
            self._to_node.write(line)
            self._to_node.flush()
        except BrokenPipeError as error:
            raise RuntimeError("Node, which cdktf runs in, has ended: run this again") from error
        self._unread.append((request, answer))
        self._unread_bytes += len(line)

    def _settle(self) -> None:
        """Read every answer; raises RuntimeError for the first that is another than expected."""
        mistaken: list[tuple[_Request, Any, Any]] = []
        while self._unread:
            answer = self._process._next_message()
            request, expected = self._unread.popleft()
            if answer != {"ok": expected}:
                mistaken.append((request, expected, answer))
        self._unread_bytes = 0
        if mistaken:
            self._last = None
            [(request, expected, answer), *_] = mistaken
            other = f"Node answered {answer}, required is {expected}: set JSII_HOST_STACK_TRACES=1"
            cause: Any = JavaScriptError
            raise RuntimeError(f"{_in_words(request)}: {answer.get('error', other)}") from cause(
                answer.get("stack", "")
            )


def _in_words(request: _Request) -> str:
    if isinstance(request, InvokeRequest):
        return f"{request.method} of {request.objref.ref}"
    return " ".join([request.fqn, *(each for each in request.args[1:2] if isinstance(each, str))])


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

    jsii reads each property by name, and bindings look up its type each time. That is a quarter of
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
