"""The environment variables of a microservice's containers, from the catalogue and the lookups."""

import json
import re
from collections.abc import Mapping

from cdktf import Fn, TerraformLocal
from constructs import Construct

from pay.catalogue import CATALOGUE
from pay.existing.database import database_address
from pay.existing.messaging import queue, topic_arn
from pay.existing.network import ExistingNetwork
from pay.model import CallStyle, Environment, Side, Sidecar, host_name, names
from pay.model.demand import tasks_of_both_sides
from pay.model.side import ServiceSide


def _template_values(environment: Environment) -> dict[str, str]:
    """Return field -> its value in a text of the catalogue."""
    return {
        "environment": environment.name,
        "account_name": environment.account_name,
        "account_id": environment.account_id,
        "region": environment.region,
        "public_zone": environment.dns.public_zone,
        "internal_zone": environment.dns.internal_zone,
    }


_LIVE = re.compile(r"[$%](?=\{)")


def _filled(text: str, fields: Mapping[str, str]) -> str:
    """Return a value of the catalogue for one environment: text, which Terraform must not evaluate.
    Terraform: "Strings and Templates", escape sequences.
    """
    return _literal(text.format(**fields))


def _literal(text: str) -> str:
    return _LIVE.sub(r"\g<0>\g<0>", text)


class Variables:
    """The application container's variables, and what the task role needs for them."""

    def __init__(
        self, scope: Construct, side: ServiceSide, network: ExistingNetwork, *, ids: str = ""
    ) -> None:
        """`ids`: what the ids of the lookups begin with, in a stack of several services. Its tasks
        come one at a time and beside those of the sides.
        """
        self._scope = scope
        self._ids = ids
        self._side = side
        self._network = network
        self.queue_arns: dict[str, str] = {}
        """Queue name -> ARN."""
        self.topic_arns: list[str] = []
        self.values = self._values()
        """Variable name -> value."""

    def _values(self) -> dict[str, str]:
        service, environment = self._side.service, self._side.environment
        fields = _template_values(environment) | {"bind_host": self._side.bind_host}
        values = {name: _filled(text, fields) for name, text in service.environment.items()}
        if not self._side.takes_work:
            values.update(dict.fromkeys(service.work_switches, "false"))
        values.update(self._addresses_of_called_services(values.get("JAVA_OPTS", "")))
        for link in service.links:
            values[link.variable] = _url(link.service, environment, link.path)
        if database := service.database:
            # Fargate is what comes on top of the tasks that use it today.
            adds_tasks = self._side.side is Side.FARGATE and not self._ids
            address = database_address(
                self._scope,
                environment,
                service.name,
                database,
                tasks=tasks_of_both_sides(self._side) if adds_tasks else None,
                ids=self._ids,
            )
            values["DB_HOST"] = address
        for use in service.queues:
            existing = queue(self._scope, environment, use.name, self._ids)
            values[use.variable] = existing.url
            self.queue_arns[use.name] = existing.arn
        for topic in service.topics:
            key = f"{self._ids}{topic.name}_topic".replace("-", "_")
            arn = topic_arn(self._scope, key, names.topic(environment.name, topic.name))
            values[topic.variable] = arn
            self.topic_arns.append(arn)
        for bucket in service.buckets:
            values[bucket.variable] = names.bucket(environment.name, bucket.name)
        values.update(self._one_off_tasks())
        return values

    def _addresses_of_called_services(self, java_options: str) -> dict[str, str]:
        environment = self._side.environment
        values = {}
        for call in self._side.service.calls:
            called = CATALOGUE[call.service]
            host, port = host_name(called, environment), called.listener_port
            if call.style is CallStyle.JAVA_PROXY:
                proxy = f"-Dhttps.proxyHost={host} -Dhttps.proxyPort={port}"
                java_options = f"{java_options} {proxy}".strip()
                values["JAVA_OPTS"] = java_options
            elif call.style is CallStyle.HTTP_PROXY:
                values.update(dict.fromkeys(call.variables, f"http://{host}:{port}"))
            else:
                url = _url(call.service, environment, call.path)
                values.update(dict.fromkeys(call.variables, url))
        return values

    def _one_off_tasks(self) -> dict[str, str]:
        service, environment = self._side.service, self._side.environment
        values: dict[str, str] = {}
        for run in service.task_runs:
            family = names.one_off_task_family(environment.name, run.family)
            subnets = self._network.subnets(service.name)
            groups = self._network.task_security_groups(service)
            values |= {
                run.task_definition_variable: family,
                run.subnets_variable: self._comma_separated("task_run_subnets", subnets),
                run.security_groups_variable: self._comma_separated(
                    "task_run_security_groups", groups
                ),
            }
        return values

    def of_sidecar(self, sidecar: Sidecar) -> dict[str, str]:
        """Return a sidecar's variables, which name the application beside it."""
        environment, service = self._side.environment, self._side.service
        fields = _template_values(environment) | {
            "application_host": self._side.application_host,
            "application_port": str(service.container_port),
            "metrics_port": str(service.metrics_port),
            "prometheus_endpoint": environment.metrics.prometheus_endpoint,
            "prometheus_write_role_arn": environment.metrics.prometheus_write_role_arn,
        }
        values = {name: _filled(text, fields) for name, text in sidecar.environment.items()}
        for name, document in sidecar.documents.items():
            # A local value of its own is readable, where a variable's text would be one line.
            TerraformLocal(self._scope, name.lower(), json.loads(_literal(json.dumps(document))))
            values[name] = f"${{jsonencode(local.{name.lower()})}}"
        return values

    def _comma_separated(self, key: str, ids: list[str]) -> str:
        """Return a local value, because JSON text cannot hold an expression with quotes.

        Sorted, because AWS lists in any order and the provider keeps it. Another order would be
        another text, and every task would be replaced for it.
        """
        TerraformLocal(self._scope, key, Fn.join(",", Fn.sort(ids)))
        return f"${{local.{key}}}"


def _url(service: str, environment: Environment, path: str) -> str:
    return f"https://{host_name(CATALOGUE[service], environment)}{path}"


def as_pairs(values: Mapping[str, str], value_key: str) -> list[dict[str, str]]:
    """Return the list that ECS takes, sorted, so that equal variables give equal text."""
    return [{"name": name, value_key: values[name]} for name in sorted(values)]
