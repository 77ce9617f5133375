"""The complete history of the states of names and load balancers.

    GET /_sandbox/traffic?after=N   the states numbered above N; waits a second for the first

Polling from outside would miss short states. The traffic lab must detect them, such as a name
without a record for a tenth of a second. The server therefore records the state after each API
call, before the next one starts. It starts to record at the first request for the history.
"""

import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug import Request, Response

from sandbox.server.errors import Answer, Environ
from sandbox.settings import SandboxSettings

PATH = "/_sandbox/traffic"
WAIT_SECONDS = 1.0


class TrafficHistory:
    """The outermost layer of the server, with a hook to run after each call."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._changed = threading.Condition()
        self._states: list[dict[str, Any]] = []
        self._last: dict[str, Any] | None = None
        self._is_watched = False

    def look(self) -> None:
        """Record the state if it differs from the previous one; no API call may run."""
        if not self._is_watched:
            return
        state = {"records": list(self._records()), "balancers": list(self._balancers())}
        if state == self._last:
            return
        self._last = state
        with self._changed:
            number = len(self._states) + 1
            self._states.append({"number": number, "time": time.time(), **state})
            self._changed.notify_all()

    def serve_beside(self, answer: Answer, idle: Callable[[], None]) -> Answer:
        """Return `answer` with the history; `idle` records the state without an API call."""

        def serve(environ: Environ) -> Response:
            if environ["PATH_INFO"] != PATH:
                return answer(environ)
            self._is_watched = True
            idle()
            after = Request(environ).args.get("after", 0, type=int)
            with self._changed:
                self._changed.wait_for(lambda: len(self._states) > after, WAIT_SECONDS)
                return Response(json.dumps(self._states[after:]), mimetype="application/json")

        return serve

    def _records(self) -> Iterable[dict[str, Any]]:
        """Yield the alias records, which point to load balancers."""
        from moto.route53.models import route53_backends

        for zone in route53_backends[self._settings.account_id]["aws"].zones.values():
            for record in zone.rrsets:
                if record.alias_target:
                    evaluates = record.alias_target.get("EvaluateTargetHealth")
                    yield {
                        "name": record.name,
                        "set_identifier": record.set_identifier,
                        "weight": None if record.weight is None else int(record.weight),
                        "target": record.alias_target["DNSName"].rstrip("."),
                        "evaluates_health": evaluates in (True, "true"),
                    }

    def _balancers(self) -> Iterable[dict[str, Any]]:
        from moto.elbv2.models import elbv2_backends

        from sandbox.aws.elbv2 import balancers_of_groups, dns_minimum

        backend = elbv2_backends[self._settings.account_id][self._settings.region]
        attached = balancers_of_groups(backend)
        groups: dict[str, list[tuple[int, int]]] = {}
        arns: dict[str, list[str]] = {}
        for group in backend.target_groups.values():
            health = backend.describe_target_health(group.arn, [])
            healthy = sum(target.status == "healthy" for target in health)
            for arn in attached.get(group.arn, ()):
                groups.setdefault(arn, []).append((healthy, dns_minimum(group)))
                arns.setdefault(arn, []).append(group.arn)
        for balancer in backend.load_balancers.values():
            yield {
                "arn": balancer.arn,
                "name": balancer.name,
                "dns_name": balancer.dns_name,
                "listens": bool(balancer.listeners),
                "target_groups": sorted(arns.get(balancer.arn, [])),
                "targets": sorted(groups.get(balancer.arn, [])),
                "client_keep_alive_seconds": int(
                    balancer.attrs.get("client_keep_alive.seconds", 3600)
                ),
            }
