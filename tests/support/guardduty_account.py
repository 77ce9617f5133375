"""A watched account in the sandbox: the sandbox environment with one service on both sides."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pay.catalogue import CATALOGUE
from pay.iam.document import Statement, policy_document
from pay.model import Environment, Side, Stage, names
from pay.model.connections import End, EndKind, security_groups, subnets
from pay.model.rights.tasks import execution_rights, tasks_trust
from pay.model.side import ServiceSide
from sandbox.instance import Sandbox
from tests.support.services import at_stage, watched

SERVICE = "ledger"


@dataclass(frozen=True)
class WatchedAccount:
    """Its AWS, and the Fargate side that a stack would make."""

    sandbox: Sandbox

    @property
    def environment(self) -> Environment:
        return self.sandbox.environment

    def side(self, side: Side = Side.FARGATE) -> ServiceSide:
        return ServiceSide(CATALOGUE[SERVICE], self.environment, side)

    def client(self, service: str) -> Any:
        return self.sandbox.client(service)

    @property
    def execution_role(self) -> str:
        return names.execution_role(self.environment.name, SERVICE, Side.FARGATE)

    def rights(self) -> list[Statement]:
        """Return the statements of the execution role that matter here."""
        nothing: Mapping[str, Any] = {"secrets": (), "secret_keys": (), "parameters": ()}
        return execution_rights(
            self.environment,
            Side.FARGATE,
            repositories=[self.environment.arn("ecr", f"repository/{SERVICE}")],
            log_groups=[],
            **nothing,
        )

    def allow(self, statements: list[Statement]) -> None:
        """Give the execution role these rights, and no others."""
        self.client("iam").put_role_policy(
            RoleName=self.execution_role,
            PolicyName="execution-policy",
            PolicyDocument=policy_document(*(s for s in statements if s.resources)),
        )

    def make_fargate(self) -> None:
        iam, ecs, side = self.client("iam"), self.client("ecs"), self.side()
        role = iam.create_role(
            RoleName=self.execution_role,
            AssumeRolePolicyDocument=policy_document(tasks_trust(self.environment)),
        )["Role"]["Arn"]
        self.allow(self.rights())
        ecs.create_cluster(clusterName=side.cluster)
        ecs.register_task_definition(
            family="ledger-fargate",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            executionRoleArn=role,
            containerDefinitions=[self.container()],
        )
        ecs.create_service(
            cluster=side.cluster,
            serviceName=SERVICE,
            taskDefinition="ledger-fargate",
            desiredCount=2,
            launchType="FARGATE",
            networkConfiguration=self.network(),
        )

    def container(self, **changes: Any) -> dict[str, Any]:
        return {"name": SERVICE, "image": "ledger:1", "readonlyRootFilesystem": True, **changes}

    def network(self) -> dict[str, Any]:
        """Return the network of the tasks, as the stacks look it up."""
        ec2, end = self.client("ec2"), End(EndKind.TASKS, SERVICE)
        by_name = [{"Name": "tag:Name", "Values": [*subnets(end, self.environment, CATALOGUE)]}]
        found = ec2.describe_subnets(Filters=by_name)["Subnets"]
        groups = security_groups(end, self.environment.name, CATALOGUE)
        by_name = [{"Name": "group-name", "Values": [*groups]}]
        known = ec2.describe_security_groups(Filters=by_name)["SecurityGroups"]
        return {
            "awsvpcConfiguration": {
                "subnets": [each["SubnetId"] for each in found],
                "securityGroups": [each["GroupId"] for each in known],
            }
        }

    def start_new_tasks(self) -> None:
        """Start every task again, as a deployment does."""
        ecs, cluster = self.client("ecs"), self.side().cluster
        for arn in ecs.list_tasks(cluster=cluster, serviceName=SERVICE)["taskArns"]:
            ecs.stop_task(cluster=cluster, task=arn)
        self.sandbox.client("ecs").describe_services(cluster=cluster, services=[SERVICE])


@contextmanager
def watched_account(environment: Environment) -> Iterator[WatchedAccount]:
    """Run a watched account with `ledger` on both sides."""
    here = at_stage(watched(environment).with_only(SERVICE), SERVICE, Stage.DARK)
    with Sandbox(here, legacy=(SERVICE,)) as started:
        account = WatchedAccount(started)
        account.make_fargate()
        yield account
