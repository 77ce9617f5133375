"""An environment whose smoke tests run on this machine, against the stub shop."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from pay.catalogue import CATALOGUE
from pay.catalogue.scenarios import SCENARIOS
from pay.model import Environment, Side, Stage, host_name, names
from pay.model.smoke import SmokeScenario
from pay.smoke.runner.run import RunnerNetwork
from rollout.smoke.local import smoke_locally
from rollout.smoke.verdict import ScenarioOutcome, SmokeVerdict
from sandbox.shop.faults import Fault
from sandbox.shop.server import ShopServer, serving
from sandbox.shop.shop import Shop, secret_values


def on_both_sides(environment: Environment) -> Environment:
    """The environment with every service on both sides."""
    services = {
        name: deployment.model_copy(update={"stage": Stage.HALF})
        for name, deployment in environment.services.items()
    }
    return environment.model_copy(update={"services": services})


@dataclass
class LocalAccount:
    """What `smoke_locally` asks of AWS, and a shop behind its load balancers."""

    environment: Environment
    shop: Shop
    served: ShopServer
    webhooks: set[str] = field(default_factory=set)

    @property
    def balancers(self) -> Mapping[str, Side]:
        """The names of the load balancers, each with its side."""
        return {
            names.load_balancer(self.environment.name, service, side): side
            for service in self.environment.services
            for side in Side
        }

    def client(self, service: str) -> Any:
        listed = [
            {"LoadBalancerName": name, "DNSName": f"{name}.elb.test"} for name in self.balancers
        ]
        secret = json.dumps(secret_values(self.environment.dns.public_zone))
        return SimpleNamespace(
            describe_load_balancers=lambda Names: {"LoadBalancers": listed},
            get_secret_value=lambda **_: {"SecretString": secret},
            head_object=self._head,
        )

    def _head(self, *, Bucket: str, Key: str) -> dict[str, int]:
        smoke = self.environment.smoke
        assert smoke is not None
        assert smoke.webhooks_bucket == Bucket
        if Key.removeprefix(f"webhooks/{self.environment.name}/") in self.webhooks:
            return {"ContentLength": 2}
        metadata = {"HTTPStatusCode": 404}
        error: Any = {"Error": {"Code": "404"}, "ResponseMetadata": metadata}
        raise ClientError(error, "HeadObject")

    def smoke(self, side: Side, *scenarios: str) -> SmokeVerdict:
        """Run scenarios (default: all) as `pay smoke --local` does."""
        return self._run(side, [SCENARIOS[name] for name in scenarios] or None)

    @property
    def network(self) -> RunnerNetwork:
        """The network in which names lead to EC2 by DNS."""
        hosts = [host_name(each, self.environment) for each in CATALOGUE.values()]
        sides = {f"{name}.elb.test": side for name, side in self.balancers.items()}
        return self.served.network({**dict.fromkeys(hosts, Side.EC2), **sides})

    def _run(self, side: Side, scenarios: list[SmokeScenario] | None) -> SmokeVerdict:
        return smoke_locally(
            self.environment, side, scenarios, client=self.client, network=self.network
        )

    def broken(self, side: Side, scenario: str, faults: Collection[Fault]) -> ScenarioOutcome:
        """Run a scenario once on a side with these faults."""
        once = SCENARIOS[scenario].model_copy(update={"attempts": 1})
        self.shop.faults[side] = frozenset(faults)
        try:
            [outcome] = self._run(side, [once]).outcomes
        finally:
            self.shop.faults[side] = frozenset()
        return outcome


@contextmanager
def local_account(environment: Environment) -> Iterator[LocalAccount]:
    """Serve a shop for the environment, with every service on both sides."""
    shop = Shop()
    with serving(shop) as served:
        account = LocalAccount(on_both_sides(environment), shop, served)
        shop.deliver = account.webhooks.add
        yield account
