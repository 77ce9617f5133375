"""The canaries of an environment, and the role that they run under."""

from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from cdktf import AssetType, TerraformAsset
from constructs import Construct

from imports.aws.iam_role import IamRole
from imports.aws.iam_role_policy import IamRolePolicy
from imports.aws.synthetics_canary import (
    SyntheticsCanary,
    SyntheticsCanaryArtifactConfig,
    SyntheticsCanaryArtifactConfigS3Encryption,
    SyntheticsCanaryRunConfig,
    SyntheticsCanarySchedule,
    SyntheticsCanaryVpcConfig,
)
from pay.existing.configuration import existing_secret
from pay.existing.messaging import ExistingAlarmTopics
from pay.existing.network import ExistingNetwork
from pay.iam.document import policy_document
from pay.model import Environment, names
from pay.model.environment.smoke import Smoke
from pay.model.metrics import DimensionsOf
from pay.model.rights.canaries import canaries_trust, canary_rights
from pay.service.alarms import metric_alarm
from pay.smoke.alarms import alarm, alarm_name
from pay.smoke.archives import RUNTIME, Archive, archive
from pay.smoke.artefacts import ArtefactBucket
from pay.smoke.targets import CanaryTarget, targets

MEMORY_MIB = 1024
"""Room for Chromium: AWS gives no canary less than 960 (Synthetics API reference)."""

KEPT_DAYS = 31
"""The time for which Synthetics lists a run."""


class Canaries:
    """A canary for each scenario and side, and those that run on a schedule, each with an alarm."""

    def __init__(self, scope: Construct, environment: Environment, smoke: Smoke) -> None:
        self._scope, self._environment = scope, environment
        self._artefacts = ArtefactBucket(scope, environment)
        self._role = self._make_role(smoke)
        network = ExistingNetwork(scope, environment)
        self._vpc_config = SyntheticsCanaryVpcConfig(
            subnet_ids=network.subnets(names.SMOKE_SUBNETS),
            security_group_ids=network.security_groups(
                "smoke_security_groups", [names.smoke_security_group(environment.name)]
            ),
        )
        topics = ExistingAlarmTopics(scope, environment)
        for target in targets(environment):
            canary = self._canary(target)
            if target.side is None:
                row = alarm(target)
                metric_alarm(
                    scope,
                    row,
                    alarm_name(target),
                    _of(canary),
                    topics.arn(row.severity),
                    rests_in=environment,
                )

    def _make_role(self, smoke: Smoke) -> IamRole:
        environment = self._environment
        secret = existing_secret(self._scope, "smoke_secret", smoke.secret_name)
        role = IamRole(
            self._scope,
            "canary_role",
            name=names.smoke_role(environment.name),
            assume_role_policy=policy_document(canaries_trust()),
        )
        rights = canary_rights(
            environment,
            bucket_arn=self._artefacts.bucket.arn,
            key_arn=self._artefacts.key.arn,
            secret_arn=secret.arn,
            secret_key_arn=secret.kms_key_id,
            webhooks_bucket=smoke.webhooks_bucket,
        )
        self._policy = IamRolePolicy(
            self._scope,
            "canary_policy",
            name="canary-policy",
            role=role.name,
            policy=policy_document(*rights),
        )
        return role

    def _canary(self, target: CanaryTarget) -> SyntheticsCanary:
        code = archive(target.scenario)
        id = target.name.removeprefix(f"{self._environment.name}-").replace("-", "_")
        return SyntheticsCanary(
            self._scope,
            id,
            name=target.name,
            artifact_s3_location=f"s3://{self._artefacts.bucket.bucket}/{target.name}",
            artifact_config=SyntheticsCanaryArtifactConfig(
                s3_encryption=SyntheticsCanaryArtifactConfigS3Encryption(
                    encryption_mode="SSE_KMS", kms_key_arn=self._artefacts.key.arn
                )
            ),
            execution_role_arn=self._role.arn,
            handler=code.handler,
            runtime_version=RUNTIME,
            zip_file=self._file(id, code),
            delete_lambda=True,
            # Started by `pay smoke`. Terraform would start it again with every update, and wait for
            # a state that a short run has left.
            start_canary=target.every_minutes is not None,
            schedule=SyntheticsCanarySchedule(expression=target.expression),
            run_config=SyntheticsCanaryRunConfig(
                timeout_in_seconds=target.scenario.timeout_seconds,
                memory_in_mb=MEMORY_MIB,
                active_tracing=False,
                environment_variables=target.variables,
            ),
            success_retention_period=KEPT_DAYS,
            failure_retention_period=KEPT_DAYS,
            vpc_config=self._vpc_config,
            tags=target.tags,
            depends_on=[self._policy],
        )

    def _file(self, id: str, code: Archive) -> str:
        """Put the archive beside the stack and return its path, relative to it."""
        file = Path(self._folder.name, code.name)
        file.write_bytes(code.content)
        asset = TerraformAsset(
            self._scope, f"{id}_code", path=str(file), type=AssetType.FILE, asset_hash=code.digest
        )
        return str(asset.path)

    @cached_property
    def _folder(self) -> "TemporaryDirectory[str]":
        """Create the folder from which cdktf copies an asset when the app is synthesised."""
        return TemporaryDirectory(prefix="canaries-")


def _of(canary: SyntheticsCanary) -> DimensionsOf:
    return lambda metric: {"CanaryName": canary.name}
