"""RDS: instances that take time to stop and to start, and start by themselves after seven days.

In moto 5.2 an instance stops and starts at once, and a stopped one never starts by itself. One with
a replica can be stopped.

Sources: AWS, RDS user guide, "Stopping an Amazon RDS DB instance temporarily", and the API
reference, `StopDBInstance`.
"""

from datetime import UTC, datetime, timedelta

from moto.rds.exceptions import InvalidDBInstanceStateError
from moto.rds.models import DBInstance, RDSBackend, rds_backends

from sandbox.aws import before_each_call
from sandbox.aws.clock import CLOCK
from sandbox.aws.patching import Original, extends

TAKES = timedelta(seconds=8)
"""By the sandbox's clock. AWS takes some minutes for a stop and for a start."""

LONGEST_STOP = timedelta(days=7)

_STOPPING, _STOPPED, _STARTING, _AVAILABLE = "stopping", "stopped", "starting", "available"


@extends(RDSBackend)
def stop_db_instance(
    self: RDSBackend, stop: Original, db_instance_identifier: str, snapshot: str | None = None
) -> DBInstance:
    instance = self.describe_db_instances(db_instance_identifier)[0]
    if instance.replicas:
        raise InvalidDBInstanceStateError(db_instance_identifier, "stop")
    stopped: DBInstance = stop(self, db_instance_identifier, snapshot)
    _begin(stopped, _STOPPING)
    return stopped


@extends(RDSBackend)
def start_db_instance(self: RDSBackend, start: Original, db_instance_identifier: str) -> DBInstance:
    started: DBInstance = start(self, db_instance_identifier)
    _begin(started, _STARTING)
    vars(started)["automatic_restart_time"] = None
    return started


def _begin(instance: DBInstance, status: str) -> None:
    instance.status = status
    vars(instance)["status_since"] = CLOCK.moment()


def _move_on() -> None:
    now = CLOCK.moment()
    for regions in rds_backends.values():
        for backend in regions.values():
            for instance in backend.databases.values():
                _move(instance, now)


def _move(instance: DBInstance, now: datetime) -> None:
    """Let the states of an instance follow each other up to now."""
    since = vars(instance).get("status_since", datetime.min.replace(tzinfo=UTC))
    if instance.status == _STOPPING and now >= since + TAKES:
        instance.status, since = _STOPPED, since + TAKES
        vars(instance).update(status_since=since, automatic_restart_time=since + LONGEST_STOP)
    if instance.status == _STOPPED and now >= since + LONGEST_STOP:
        instance.status, since = _STARTING, since + LONGEST_STOP
        vars(instance).update(status_since=since, automatic_restart_time=None)
    if instance.status == _STARTING and now >= since + TAKES:
        instance.status = _AVAILABLE


before_each_call.append(_move_on)
