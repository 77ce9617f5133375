"""The environments that share an account, and so its tools."""

from collections.abc import Sequence

from pay.model import Environment
from rollout.moves.standings import Standings


def neighbours(standings: Standings, target: Environment) -> Sequence[str]:
    """Return the names of the environments of the same account and region, with its own."""
    place = (target.account_id, target.region)
    environments = standings.environments.values()
    return [each.name for each in environments if (each.account_id, each.region) == place]
