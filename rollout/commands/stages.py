"""`pay stages`: where every service stands."""

from rollout.options import Json, OptionalEnvironmentName, environments_folder, now

OVERVIEW_WIDTH = 110
"""From this many columns on, the environments fit beside each other."""


def stages(environment: OptionalEnvironmentName = None, as_json: Json = False) -> None:
    """Show every service by environment: stage, weights, since when, next step.

    Weights are EC2's and Fargate's; `simple` is a record without weights, `-` no record.

    Example: `pay stages production-2`
    """
    from rollout.board import by_chain, detail, overview, rows
    from rollout.output import choose, console, print_json, reporting
    from rollout.situation import load_situation

    with reporting(as_json):
        situation = load_situation(environments_folder(), now())
        if environment is not None:
            choose(environment, tuple(situation.environments), "ENV")
        names = [environment] if environment else by_chain(situation.environments)
        board = rows(situation, names)
        if as_json:
            print_json([row.as_data() for row in board])
            return
        out = console()
        if environment is None and out.width >= OVERVIEW_WIDTH:
            out.print(overview(board, names))
            return
        for name in names:
            target = situation.environments[name]
            flying = sum(stage.is_in_flight for stage in situation.stages(name).values())
            title = f"{name}  {flying} of at most {target.max_in_flight} in flight"
            if target.follows:
                title += f", follows {target.follows}"
            frozen = f"frozen: {target.frozen}" if target.frozen else None
            here = [row for row in board if row.environment == name]
            out.print(detail(here, situation.now, title, frozen))
