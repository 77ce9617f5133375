"""The log groups of a service on one side."""

from constructs import Construct

from imports.aws.cloudwatch_log_group import CloudwatchLogGroup
from imports.aws.data_aws_kms_alias import DataAwsKmsAlias
from pay.model import addresses, names
from pay.model.side import ServiceSide


class LogGroups:
    """One log group a container, encrypted, kept for a year or more (PCI DSS v4.0.1, 10.5.1)."""

    def __init__(self, scope: Construct, side: ServiceSide) -> None:
        environment, service = side.environment, side.service
        alias = names.key_alias(environment.name, service.scope.segment)
        key_arn = DataAwsKmsAlias(scope, "key", name=alias).target_key_arn
        kinds = {part.name: part.log_kind for part in service.containers}
        self.names = {container: side.log_group(kind) for container, kind in kinds.items()}
        """Container name -> log group name."""
        self.arns = [environment.arn("logs", f"log-group:{name}") for name in self.names.values()]
        self.groups = [
            CloudwatchLogGroup(
                scope,
                addresses.log_group(kind).id,
                name=self.names[container],
                retention_in_days=environment.logs.retention_in_days,
                kms_key_id=key_arn,
                skip_destroy=environment.logs.outlive_the_service or None,
            )
            for container, kind in kinds.items()
        ]
