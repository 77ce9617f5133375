"""Put an environment to sleep: no tasks, databases stopped.

Alarms and canaries rest. In this order: canaries, alarms, services before those that they call,
databases. It asks AWS before each call, so that a second run changes nothing, and finishes what a
killed one began. The environment is locked meanwhile. The schedules of its stack continue as
planned.

Exit codes: 0 it sleeps, 1 refused, 2 some parts do not sleep: a table lists them.

Example: `pay sleep test-perf-1 --dry-run`
"""

from rollout.locks.environment_locks import Wait
from rollout.sleep.parts import Target
from rollout.sleep.sleeping import DryRun, run
from rollout.terminal.arguments import EnvironmentName, Json


def sleep(
    environment: EnvironmentName,
    dry_run: DryRun = False,
    wait: Wait = None,
    as_json: Json = False,
) -> None:
    run(environment, Target.ASLEEP, is_dry=dry_run, wait=wait, as_json=as_json)
