"""The schedules that put an environment to sleep and wake it, and what becomes of a failed step."""

import json

from constructs import Construct

from imports.aws.kms_key import KmsKey
from imports.aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetDeadLetterConfig,
    SchedulerScheduleTargetRetryPolicy,
)
from imports.aws.scheduler_schedule_group import SchedulerScheduleGroup
from pay.existing.messaging import ExistingAlarmTopics
from pay.model import Environment, addresses, names
from pay.model.monitoring.dead_letters import sleep_alarm
from pay.model.rights.schedules import scheduler_trust, sleep_rights
from pay.sleep.parts import canaries, databases
from pay.sleep.planned import LONGEST_DELAY, RETRIES, PlannedSchedule, planned
from pay.tasks.dead_letters import dead_letter_queue
from pay.tasks.definition import role


class SleepSchedules:
    """A schedule for each step of each wake and of each end, all in one group."""

    def __init__(self, scope: Construct, environment: Environment, key: KmsKey) -> None:
        """`key` encrypts the schedules and the queue of what failed."""
        self._scope, self._key = scope, key
        group = names.sleep_group(environment.name)
        lost = sleep_alarm(environment)
        self._dead_letters = dead_letter_queue(
            scope,
            names.sleep_dead_letters(environment.name),
            owner=environment.name,
            key=key,
            alarm=lost,
            topic=ExistingAlarmTopics(scope, environment).arn(lost.severity),
        )
        self._role = role(
            scope,
            "scheduler",
            name=names.sleep_role(environment.name),
            trust=scheduler_trust(environment, group),
            rights=sleep_rights(
                environment,
                databases=databases(environment),
                has_canaries=bool(canaries(environment)),
            ),
        )
        self._group = SchedulerScheduleGroup(scope, addresses.SCHEDULE_GROUP.id, name=group)
        for each in planned(environment):
            self._schedule(each)

    def _schedule(self, each: PlannedSchedule) -> None:
        SchedulerSchedule(
            self._scope,
            addresses.schedule(each.step).id,
            name=each.name,
            group_name=self._group.name,
            schedule_expression=each.at.cron,
            schedule_expression_timezone=each.at.zone,
            kms_key_arn=self._key.arn,
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
            target=SchedulerScheduleTarget(
                arn=each.call.arn,
                role_arn=self._role.arn,
                input=json.dumps(each.call.input, sort_keys=True),
                dead_letter_config=SchedulerScheduleTargetDeadLetterConfig(
                    arn=self._dead_letters.arn
                )
                if each.keeps_failure
                else None,
                retry_policy=SchedulerScheduleTargetRetryPolicy(
                    maximum_event_age_in_seconds=int(LONGEST_DELAY.total_seconds()),
                    maximum_retry_attempts=RETRIES,
                ),
            ),
        )
