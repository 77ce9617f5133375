"""The canaries of an environment, and the questions of each: values, without Terraform."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pay.catalogue import CATALOGUE
from pay.catalogue.scenarios import SCENARIOS
from pay.model import Environment, LoadBalancerType, Microservice, Side, host_name, names
from pay.model.smoke import SCHEDULED, SmokeScenario

ASKS = "Asks"
"""The tag with the services that a canary was made for. AWS never returns the variables of a
canary. So nothing else shows one that is older than a side of its services."""


@dataclass(frozen=True)
class CanaryTarget:
    """A scenario on one side, or on a schedule by the way that DNS leads."""

    scenario: SmokeScenario
    environment: Environment
    side: Side | None
    """None: it asks whichever side answers, every few minutes."""

    @property
    def name(self) -> str:
        """Return the canary's name."""
        end = self.side.value if self.side else SCHEDULED
        return names.canary(self.environment.name, self.scenario.name, end)

    @property
    def every_minutes(self) -> int | None:
        """Return the minutes between two runs; None if it runs when it is started."""
        return None if self.side else self.scenario.schedules[self.environment.name]

    @property
    def expression(self) -> str:
        """Return the schedule in AWS's words; 0 minutes: it runs once whenever it is started
        (Synthetics API reference, `CanaryScheduleInput`).
        """
        minutes = self.every_minutes or 0
        return f"rate({minutes} minute{'' if minutes in (0, 1) else 's'})"

    @property
    def opened(self) -> tuple[Microservice, ...]:
        """Return the services that the script asks: those of the side, for the probe."""
        opens = self.scenario.opens
        if opens is None:
            return self.pinned
        return tuple(CATALOGUE[service] for service in opens)

    @property
    def pinned(self) -> tuple[Microservice, ...]:
        """Return the services of which it asks this side's load balancer."""
        if self.side is None:
            return ()
        return tuple(
            CATALOGUE[service]
            for service, deployment in self.environment.services.items()
            if deployment.stage.has(self.side) and self.scenario.is_opened(service)
        )

    @property
    def tags(self) -> dict[str, str] | None:
        """Return the canary's own tags; None on a schedule, where it follows DNS."""
        asked = " ".join(sorted(service.name for service in self.pinned))
        return {ASKS: asked} if asked else None

    def load_balancer(self, service: Microservice) -> str:
        """Return the name of a pinned service's load balancer."""
        assert self.side is not None
        return names.load_balancer(self.environment.name, service.name, self.side)

    @property
    def variables(self) -> dict[str, str]:
        """Return the variables of its script."""
        environment = self.environment
        smoke = environment.smoke
        balancers = {
            host_name(service, environment): self.load_balancer(service) for service in self.pinned
        }
        variables = {"BALANCERS": _pairs(balancers)}
        if self.scenario.opens is None:
            return variables | {"CHECKS": " ".join(map(self._check, self.pinned))}
        hosts = {service.name: host_name(service, environment) for service in self.opened}
        bucket = smoke.webhooks_bucket if smoke else None
        return variables | {
            "HOSTS": _pairs(hosts),
            "SECRET_NAME": smoke.secret_name if smoke else "",
            "WEBHOOKS": f"{bucket}/webhooks/{environment.name}" if bucket else "",
        }

    def _check(self, service: Microservice) -> str:
        host = host_name(service, self.environment)
        if service.load_balancer_type is LoadBalancerType.NETWORK:
            return f"tcp://{host}:{service.listener_port}"
        return f"https://{host}{service.health_check_path}"


def _pairs(values: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in values.items())


def targets(environment: Environment) -> Iterator[CanaryTarget]:
    """Yield the canaries of an environment. Each scenario has one for each side of the services
    that it opens, and one for its schedule. Without the table `smoke` there are none.
    """
    if environment.smoke is None:
        return
    for scenario in SCENARIOS.values():
        if scenario.opens and not set(scenario.opens) <= environment.services.keys():
            continue
        for side in Side:
            if (target := CanaryTarget(scenario, environment, side)).pinned:
                yield target
        if environment.name in scenario.schedules:
            yield CanaryTarget(scenario, environment, None)


def on_side(environment: Environment, side: Side) -> tuple[SmokeScenario, ...]:
    """Return the scenarios that can be tried on a side."""
    return tuple(each.scenario for each in targets(environment) if each.side is side)


def proving(environment: Environment, side: Side, service: str) -> tuple[SmokeScenario, ...]:
    """Return the scenarios that ask a service on this side itself, before DNS leads there."""
    return tuple(each for each in on_side(environment, side) if each.is_opened(service))
