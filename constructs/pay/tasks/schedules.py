"""The schedules of an environment's calls, and what becomes of a call that was not made."""

import json

from constructs import Construct

from imports.aws.data_aws_ecs_cluster import DataAwsEcsCluster
from imports.aws.kms_key import KmsKey
from imports.aws.scheduler_schedule import (
    SchedulerSchedule,
    SchedulerScheduleFlexibleTimeWindow,
    SchedulerScheduleTarget,
    SchedulerScheduleTargetDeadLetterConfig,
    SchedulerScheduleTargetEcsParameters,
    SchedulerScheduleTargetEcsParametersNetworkConfiguration,
    SchedulerScheduleTargetRetryPolicy,
)
from imports.aws.scheduler_schedule_group import SchedulerScheduleGroup
from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import SCHEDULED_HTTP
from pay.existing.messaging import ExistingAlarmTopics
from pay.existing.network import ExistingNetwork
from pay.model import Environment, Side, addresses, names
from pay.model.monitoring.dead_letters import dead_letters_alarm
from pay.model.monitoring.failed_calls import failed_calls_alarm
from pay.model.monitoring.series import always
from pay.model.rights.schedules import scheduler_rights, scheduler_trust
from pay.model.service.scheduled_call import ScheduledCall
from pay.model.tasks import RETRIES, overrides_of, schedule_state, scheduled
from pay.service.alarms import metric_alarm
from pay.tasks.dead_letters import dead_letter_queue
from pay.tasks.definition import role
from pay.tasks.one_off import OneOff


class Schedules:
    """A schedule for each call, all in one group."""

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        network: ExistingNetwork,
        key: KmsKey,
        calls_by: OneOff,
    ) -> None:
        self._scope, self._environment, self._network = scope, environment, network
        self._key, self._calls_by = key, calls_by
        topics = ExistingAlarmTopics(scope, environment)
        lost = dead_letters_alarm(environment)
        self._dead_letters = dead_letter_queue(
            scope,
            names.dead_letters(environment.name),
            owner=environment.name,
            key=key,
            alarm=lost,
            topic=topics.arn(lost.severity),
            rests_in=environment,
        )
        failed = failed_calls_alarm(environment, SCHEDULED_HTTP)
        metric_alarm(
            scope,
            failed,
            names.environment_alarm(environment.name, failed.name),
            always({}),
            topics.arn(failed.severity),
            rests_in=environment,
        )
        self._role = role(
            scope,
            "scheduler",
            name=names.scheduler_role(environment.name),
            trust=scheduler_trust(environment, names.schedule_group(environment.name)),
            rights=scheduler_rights(environment, SCHEDULED_HTTP),
        )
        self._group = SchedulerScheduleGroup(
            scope, addresses.SCHEDULE_GROUP.id, name=names.schedule_group(environment.name)
        )
        self._cluster = DataAwsEcsCluster(
            scope,
            addresses.CLUSTER_LOOKUP.id,
            cluster_name=names.cluster(environment.name, Side.FARGATE),
        )
        for call in scheduled(environment, CATALOGUE):
            self._schedule(call)

    def _schedule(self, call: ScheduledCall) -> None:
        service, environment = CATALOGUE[call.service], self._environment
        ids = f"{service.name}_".replace("-", "_")
        overrides = overrides_of(call, environment, service, SCHEDULED_HTTP.name)
        SchedulerSchedule(
            self._scope,
            addresses.schedule(call.name).id,
            name=names.schedule(environment.name, call.name),
            group_name=self._group.name,
            description=f"POST {call.path} of {service.name}: {call.because}.",
            state=schedule_state(environment),
            schedule_expression=call.cron,
            schedule_expression_timezone=call.zone,
            kms_key_arn=self._key.arn,
            flexible_time_window=SchedulerScheduleFlexibleTimeWindow(mode="OFF"),
            target=SchedulerScheduleTarget(
                arn=self._cluster.arn,
                role_arn=self._role.arn,
                input=json.dumps(overrides, sort_keys=True),
                dead_letter_config=SchedulerScheduleTargetDeadLetterConfig(
                    arn=self._dead_letters.arn
                ),
                retry_policy=SchedulerScheduleTargetRetryPolicy(
                    maximum_event_age_in_seconds=call.deadline_seconds,
                    maximum_retry_attempts=RETRIES,
                ),
                ecs_parameters=SchedulerScheduleTargetEcsParameters(
                    # The revision of this state: without one, a schedule would run what nobody
                    # has reviewed.
                    task_definition_arn=self._calls_by.definition.arn,
                    launch_type="FARGATE",
                    task_count=1,
                    enable_ecs_managed_tags=True,
                    enable_execute_command=False,
                    propagate_tags="TASK_DEFINITION",
                    network_configuration=SchedulerScheduleTargetEcsParametersNetworkConfiguration(
                        subnets=self._network.subnets(service.name),
                        security_groups=self._network.task_security_groups(service, ids),
                        assign_public_ip=False,
                    ),
                ),
            ),
        )
