"""The services of an environment that can be judged at their stage, and since when."""

from datetime import datetime

from pay.model.stage.rows import ROWS
from rollout.measure.asked import ServiceToJudge
from rollout.moves.journal import weights_text
from rollout.moves.standings import Standings
from rollout.terminal.refusal import Finding, Refused
from rollout.terminal.time_text import local


def services_to_judge(
    standings: Standings, environment: str, service: str | None, at: datetime
) -> list[ServiceToJudge]:
    """Return what is asked of each service, or of the one that is named.

    Raises Refused for a named service at a stage without metrics to judge. A service that was not
    at its stage then, or whose start there nobody knows, also raises it.
    """
    target = standings.environments[environment]
    names = [service] if service else list(target.services)
    asked, findings = [], []
    for name in names:
        stage = target.services[name].stage
        since = standings.since(environment, name)
        if not ROWS[stage].judged_by:
            if service:
                judged = [each for each, row in ROWS.items() if row.judged_by]
                findings.append(
                    Finding(
                        "stage",
                        f"{name} is at {stage}, where no requests of both sides can be compared",
                        f"judge it from {judged[0]} to {judged[-1]}",
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
        elif at < since:
            findings.append(
                Finding(
                    "time",
                    f"{name} came to {stage} only at {local(since)}, later than {local(at)}",
                    "give a time at its stage; what it was before, its journal says",
                )
            )
        else:
            weights = weights_text(target.ladder.records(stage))
            asked.append(ServiceToJudge(target, standings.catalogue[name], since, weights, at))
    if findings:
        raise Refused(f"judging {service or 'the services'} in {environment}", findings)
    return asked
