"""Show which security groups do not admit what services need.

Derives each connection from the call graph and the sides. Tasks connect to databases, load
balancers, AWS and proxies; load balancers connect to tasks. Both the ingress of the target and the
egress of the source must admit it. Only reads, with the AWS credentials of the shell. Prints the
Terraform that the owner of a security group would add. Ask before a service moves to `dark` and to
`ready`.

Exit codes: 0 all are open, 1 something is missing, 2 wrong use or AWS not reached.

Example: `pay reach production-2 connector`
"""

import typer

from pay.catalogue import CATALOGUE
from rollout.aws.clients import asking
from rollout.contracts.reach.missing import compare, ends, needed
from rollout.contracts.reach.network import read_places
from rollout.contracts.reach.report import as_data, print_report
from rollout.terminal.arguments import (
    EnvironmentName,
    Json,
    OptionalServiceName,
    environments_folder,
)
from rollout.terminal.console import choose, console, print_json, reporting
from rollout.terminal.environments import load_for


def reach(
    environment: EnvironmentName, service: OptionalServiceName = None, as_json: Json = False
) -> None:
    with reporting(as_json, exit_code=2):
        environments = load_for(environments_folder(), environment)
        target = choose(environment, environments, "ENV")
        if service is not None:
            choose(service, target.services, "SERVICE")
        asked = needed([service] if service else list(target.services), target, CATALOGUE)
        with asking(target) as client:
            report = compare(target, asked, read_places(ends(asked), target, CATALOGUE, client))
    if as_json:
        print_json(as_data(report))
    else:
        print_report(console(), report)
    raise typer.Exit(0 if report.is_complete else 1)
