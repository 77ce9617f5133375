"""Doors for events that are not calls of AWS.

    POST /_sandbox/metrics    [{"namespace": "AWS/ApplicationELB", "name": "RequestCount",
                                "dimensions": {"LoadBalancer": "app/a/1"},
                                "points": [[1764150000, 57, 1], ...]}]

Sends metrics of AWS itself, which `PutMetricData` refuses. A point is a time in seconds since the
epoch, a value, and how often the value was seen then. A row may name its `unit`.

    POST /_sandbox/clock      {"now": 1764150060}, or {"forward": 600} from what it is

    POST /_sandbox/broken-images    {"digests": ["sha256:..."]}

Containers of broken images start and never become healthy. Each call gives all of them.

    POST /_sandbox/shop       {"side": "fargate", "faults": ["payment stuck"]}

Breaks a side of the stub shop (`sandbox/shop/faults.py`).

    POST /_sandbox/capacity   {"ledger": 2.5}

The requests a second that each task of a service answers behind the shop's load balancers. Each
call gives all of them. A service that it leaves out has no limit.

    POST /_sandbox/tasks      [{"family": "sandbox_.*-migration", "exits": {"connector": 1},
                                "seconds": 2, "logs": ["..."]}]

The end of tasks of `RunTask`, as in `sandbox.aws.ecs.run_task.TaskOutcome`.

    POST /_sandbox/events     {"account": ..., "region": ..., "source": "aws.guardduty",
                               "detail_type": "GuardDuty Finding", "detail": {...}}

Sends an event of AWS itself, which `PutEvents` refuses.
"""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from werkzeug import Request, Response

from sandbox.server.errors import Answer, Environ
from sandbox.server.finding_doors import put_arrivals
from sandbox.server.image_doors import expire, put_findings, put_images


def _put(rows: Any) -> None:
    from sandbox.aws.cloudwatch.metric_store import STORE, StoredSeries

    for row in rows:
        series = StoredSeries(row["namespace"], row["name"], frozenset(row["dimensions"].items()))
        for at, value, count in row["points"]:
            STORE.put(series, at, {float(value): float(count)}, unit=row.get("unit"))


def _set_clock(body: Any) -> None:
    from sandbox.aws.clock import CLOCK

    now = body["now"] if "now" in body else CLOCK.seconds() + body["forward"]
    CLOCK.set(float(now))


def _set_outcomes(rows: Any) -> None:
    import sandbox.aws

    sandbox.aws.load("ecs")  # moto's settings are read when its first service is imported
    from sandbox.aws.ecs.run_task import set_outcomes

    set_outcomes(rows)


def _set_broken_images(body: Any) -> None:
    from sandbox.aws.ecs.images import BROKEN_DIGESTS

    BROKEN_DIGESTS.clear()
    BROKEN_DIGESTS.update(body["digests"])


def _publish(body: Any) -> dict[str, str]:
    import sandbox.aws

    sandbox.aws.load("events")
    from sandbox.aws.eventbridge.events import publish

    return {"id": publish(**body)}


def _break_shop(body: Any) -> None:
    from pay.model import Side
    from sandbox.aws.synthetics.canary_runs import SHOP
    from sandbox.shop.faults import Fault

    SHOP.faults[Side(body["side"])] = frozenset(map(Fault, body["faults"]))


def _set_capacity(body: Any) -> None:
    import sandbox.aws

    sandbox.aws.load("elbv2")  # moto's settings are read when its first service is imported
    from sandbox.aws.shop_traffic import TRAFFIC

    TRAFFIC.per_task = {service: float(rate) for service, rate in body.items()}


DOORS: Mapping[str, Callable[[Any], Any]] = {
    "/_sandbox/metrics": _put,
    "/_sandbox/clock": _set_clock,
    "/_sandbox/images": put_images,
    "/_sandbox/broken-images": _set_broken_images,
    "/_sandbox/findings": put_findings,
    "/_sandbox/arrivals": put_arrivals,
    "/_sandbox/expire": expire,
    "/_sandbox/events": _publish,
    "/_sandbox/shop": _break_shop,
    "/_sandbox/capacity": _set_capacity,
    "/_sandbox/tasks": _set_outcomes,
}


def feeding_metrics(answer: Answer) -> Answer:
    """Return `answer` with the doors."""

    def serve(environ: Environ) -> Response:
        door = DOORS.get(environ["PATH_INFO"])
        if door is None:
            return answer(environ)
        result = door(json.loads(Request(environ).get_data()))
        return Response(json.dumps(result or {}), HTTPStatus.OK, mimetype="application/json")

    return serve
