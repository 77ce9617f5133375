"""Reads the findings about an environment, with what its files say about them."""

from datetime import datetime

from pay.environments.suppressions import load_suppressions
from pay.model import Environment
from rollout.aws.clients import Client
from rollout.findings.read import Answers, read
from rollout.moves.standings import Standings


def read_about(
    standings: Standings, target: Environment, client: Client, since: datetime
) -> Answers:
    """Return what `rollout.findings.read.read` does, with the reasons of suppressions. It leaves
    out the findings of the environments that share the account and its tools.

    Raises InvalidInput with every mistake in the suppressions.
    """
    place = (target.account_id, target.region)
    environments = standings.environments
    others = [
        name for name, each in environments.items() if (each.account_id, each.region) == place
    ]
    suppressions = load_suppressions(standings.folder, environments, standings.now.date())
    return read(target, others, client, suppressions=suppressions, since=since, now=standings.now)
