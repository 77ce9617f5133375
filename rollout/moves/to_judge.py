"""The services of an environment that can be judged at their stage, and since when."""

from datetime import datetime

from pay.model.judging.verdict import PARTS
from rollout.measure.measure import Asked
from rollout.moves.journal import weights_text
from rollout.moves.standings import Standings
from rollout.terminal.refusal import Finding, Refused


def services_to_judge(
    standings: Standings, environment: str, service: str | None, at: datetime
) -> list[Asked]:
    """Return what is asked of each service, or of the one that is named.

    Raises Refused for a named service at a stage without metrics to judge, and for each service of
    which nobody knows since when it is at its stage.
    """
    target = standings.environments[environment]
    names = [service] if service else list(target.services)
    asked, findings = [], []
    for name in names:
        stage = target.services[name].stage
        since = standings.since(environment, name)
        if stage not in PARTS:
            if service:
                findings.append(
                    Finding(
                        "stage",
                        f"{name} is at {stage}, where no requests of both sides can be compared",
                        f"judge it from {min(PARTS, key=lambda s: s.position)} to "
                        f"{max(PARTS, key=lambda s: s.position)}",
                    )
                )
        elif since is None:
            findings.append(
                Finding(
                    "since",
                    f"the journal does not say since when {name} is at {stage}",
                    f"add the move to journal/{environment}/{name}.jsonl: "
                    f"pay promote {environment} {name} shows the line",
                )
            )
        else:
            weights = weights_text(target.ladder.records(stage))
            asked.append(Asked(target, standings.catalogue[name], since, weights, at))
    if findings:
        raise Refused(f"judging {service or 'the services'} in {environment}", findings)
    return asked
