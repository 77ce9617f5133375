"""Runs canaries for real, in Node and Chromium, against the stub shop of the sandbox.

A load balancer leads to its side of the shop. Without a healthy target or listener in the sandbox,
it has none in the shop. Other names of services follow the weights of their records.
"""

import atexit
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from moto.elbv2.models import elbv2_backends
from moto.route53.models import route53_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends

from pay.model import Side
from pay.smoke.runner.aws_door import AwsError
from pay.smoke.runner.browser import NoBrowser
from pay.smoke.runner.run import RunnerNetwork, run_canary
from sandbox.aws import before_each_call
from sandbox.aws.shop_traffic import TRAFFIC, place_of
from sandbox.settings import SandboxSettings
from sandbox.shop.server import ShopServer, serving
from sandbox.shop.shop import Shop

SETTINGS = SandboxSettings.from_environment()

_AT_ONCE = threading.Semaphore(4)
"""The limit of browsers that run at the same time. AWS has more machines than one."""


@dataclass(frozen=True)
class EndedRun:
    """The end of a run, in AWS's words."""

    passed: bool
    reason: str = ""
    test_result: str = "PASSED"
    code: str = ""


SHOP = Shop()
"""The server has one, with what is broken in it (`/_sandbox/shop`)."""
SHOP.pass_on = TRAFFIC.serve


_OPEN = ExitStack()
"""Resources that stay open until the server ends; closed while its threads still run.

Python stops threads before it deletes what is left. The shop would wait for them for ever."""
atexit.register(_OPEN.close)


@cache
def _served() -> ShopServer:
    return _OPEN.enter_context(serving(SHOP))


def run_in_background(
    archive: bytes,
    handler: str,
    variables: Mapping[str, str],
    *,
    timeout_seconds: float,
    end: Callable[[EndedRun], None],
) -> None:
    """Run an archive in the current network; `end` is called once, from another thread."""
    if prefix := variables.get("WEBHOOKS"):
        SHOP.deliver = partial(_deliver, prefix)
    there = network(variables)

    def run() -> None:
        with _AT_ONCE:
            try:
                done = run_canary(
                    archive,
                    handler,
                    variables,
                    aws=_answer,
                    timeout_seconds=timeout_seconds,
                    network=there,
                )
            except NoBrowser as problem:
                return end(EndedRun(False, str(problem), "UNKNOWN", "EXECUTION_FAILURE"))
        if done.passed:
            return end(EndedRun(True))
        return end(EndedRun(False, done.reason, "FAILED", "CANARY_FAILURE"))

    threading.Thread(target=run, daemon=True).start()


def network(variables: Mapping[str, str]) -> RunnerNetwork:
    """Return where names lead, and note which services have no healthy task on a side."""
    server = _served()
    _look()
    backend = elbv2_backends[SETTINGS.account_id][SETTINGS.region]
    of_balancers = {each.dns_name: place_of(each).side for each in backend.load_balancers.values()}
    sides = dict(of_balancers)
    for host in _hosts(variables):
        sides[host] = of_balancers.get(_chosen(host), Side.EC2)
    return server.network(sides)


def _look() -> None:
    """Note which services have no healthy task on a side."""
    TRAFFIC.look()
    SHOP.down = {
        side: frozenset(
            place.service
            for place, behind in TRAFFIC.places.items()
            if place.side is side and not behind.tasks
        )
        for side in Side
    }


def _look_again() -> None:
    """Follow the estate, once a program has visited the shop."""
    if _served.cache_info().currsize:
        _look()


before_each_call.append(_look_again)


def _hosts(variables: Mapping[str, str]) -> Iterator[str]:
    for pair in filter(None, variables.get("HOSTS", "").split(",")):
        yield pair.partition("=")[2]
    # A payment leads from one of these to the card page, whether a script opens that or not.
    for pair in filter(None, variables.get("HOSTS", "").split(",")):
        yield f"www.{pair.partition('=')[2].partition('.')[2]}"


def _chosen(host: str) -> str:
    """Return the DNS name that Route 53 answers with, by the weights of its records."""
    records: list[Any] = [
        record
        for zone in route53_backends[SETTINGS.account_id]["aws"].zones.values()
        for record in zone.rrsets
        if record.alias_target and record.name.rstrip(".") == host
    ]
    weights = [1 if record.weight is None else int(record.weight) for record in records]
    if not any(weights):
        return ""
    [record] = random.choices(records, weights)
    return str(record.alias_target["DNSName"]).rstrip(".")


def _answer(operation: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    if operation == "DescribeLoadBalancers":
        balancers = elbv2_backends[SETTINGS.account_id][SETTINGS.region].load_balancers.values()
        named = {balancer.name: balancer.dns_name for balancer in balancers}
        if missing := [name for name in asked["Names"] if name not in named]:
            raise AwsError(400, f"Load balancers '[{', '.join(missing)}]' not found")
        listed = [{"LoadBalancerName": n, "DNSName": named[n]} for n in asked["Names"]]
        return {"LoadBalancers": listed}
    if operation == "GetSecretValue":
        backend = secretsmanager_backends[SETTINGS.account_id][SETTINGS.region]
        try:
            secret = backend.get_secret_value(asked["SecretId"], "", "")
        except Exception as error:  # moto has a class for each of AWS's errors
            raise AwsError(400, str(error)) from None
        return {"SecretString": secret["SecretString"]}
    try:
        key = s3_backends[SETTINGS.account_id]["aws"].head_object(asked["Bucket"], asked["Key"])
    except Exception as error:
        raise AwsError(404, str(error)) from None
    if key is None:
        raise AwsError(404, "Not Found")
    return {"ContentLength": key.size}


def _deliver(prefix: str, payment: str) -> None:
    """Store a webhook where its receiver would store it."""
    bucket, _, path = prefix.partition("/")
    backend = s3_backends[SETTINGS.account_id]["aws"]
    backend.put_object(bucket, f"{path}/{payment}", b"{}")
