"""Show what runs of every image, and what scans find.

A critical or high vulnerability has to be gone one month after its fix came out (PCI DSS v4.0.1,
6.3.3). Without an environment it shows all in the account that the shell is logged in to. It only
reads.

Exit codes: 0 fine, 1 something is late, not scanned, not in the registry or expires soon, 2 wrong
use.

Example: `pay images test-12`
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer

from pay.catalogue import IMAGES
from pay.model import Environment
from rollout.aws.clients import asking
from rollout.images.copy import copy_release, newest_proved, open_repository
from rollout.images.pins import SIDECARS, pin_of, write_pin
from rollout.images.report import as_data, mistakes, print_report
from rollout.images.survey import surveys
from rollout.terminal.arguments import (
    EnvironmentName,
    Json,
    OptionalEnvironmentName,
    environment_names,
    environments_folder,
)
from rollout.terminal.console import Command, ShowsFirst, choose, console, print_json
from rollout.terminal.environments import load_for

images = typer.Typer(cls=ShowsFirst, add_completion=False, help=__doc__)

_AN_ACCOUNT = "An account, or one of its environments."
SourceAccount = Annotated[
    str,
    typer.Option("--from", metavar="ACCOUNT", help=_AN_ACCOUNT, autocompletion=environment_names),
]
TargetAccount = Annotated[
    str,
    typer.Option("--to", metavar="ACCOUNT", help=_AN_ACCOUNT, autocompletion=environment_names),
]
ImageName = Annotated[
    str, typer.Argument(metavar="IMAGE", help="A service, a sidecar or a task: `connector`.")
]
ReleaseNumber = Annotated[
    int, typer.Argument(metavar="N", min=1, help="The number of the tag `N-release`.")
]


@images.command(cls=Command)
def show(environment: OptionalEnvironmentName = None, as_json: Json = False) -> None:
    """Show which images run, are pinned and are newest, their age and what a scan finds."""
    environments = load_for(environments_folder(), environment)
    if environment is not None:
        environments = {environment: choose(environment, environments, "ENV")}
    today = datetime.now(UTC).date()
    data, is_fine = [], True
    for each, lines in surveys(environments.values(), only_here=environment is None):
        is_fine = is_fine and not mistakes(each, lines, today)
        data.append(as_data(each, lines, today))
        if not as_json:
            print_report(console(), each, lines, today)
    if as_json:
        print_json(data)
    if not is_fine:
        raise typer.Exit(1)


@images.command(cls=Command)
def copy(
    image: ImageName,
    source: SourceAccount,
    target: TargetAccount,
    release: Annotated[
        int | None,
        typer.Argument(metavar="N", min=1, help="Without it, the newest that ran well before."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Copy a release to the next account, with every digest as it is.

    The record of the environment before has to show that it ran well. Runs with the rights of the
    target account, as a role that `pulled_by` of the source's registry names. A stopped copy
    continues where it ended.
    """
    folder = environments_folder()
    environments = load_for(folder, None)
    choose(image, IMAGES, "IMAGE")
    sources, targets = (_of(name, environments) for name in (source, target))
    proved = [each.follows for each in targets if each.follows in {one.name for one in sources}]
    if not proved:
        follows = ", ".join(f"{each.name} follows {each.follows or 'none'}" for each in targets)
        raise typer.BadParameter(
            f"{source!r} is not the account before {target!r}: {follows}.", param_hint="--from"
        )
    if release is None:
        proving = [environments[name] for name in proved if name]
        release = newest_proved(IMAGES[image], proving, folder)
    with asking(targets[0]) as client:
        copied = copy_release(
            IMAGES[image],
            release,
            source=open_repository(environments[str(proved[0])], IMAGES[image], client),
            target=open_repository(targets[0], IMAGES[image], client),
            proved=[name for name in proved if name],
            folder=folder,
        )
    if as_json:
        print_json(
            {
                "image": image,
                "release": release,
                "digest": copied.digest,
                "already_there": copied.was_there,
                "blobs": copied.blobs,
            }
        )
    elif copied.was_there:
        console().print(f"{image} {release} is already there: {copied.digest}")
    else:
        console().print(f"{image} {release} copied, {copied.blobs} blobs: {copied.digest}")


@images.command(cls=Command)
def pin(
    environment: EnvironmentName,
    sidecar: Annotated[str, typer.Argument(metavar="SIDECAR", help="For example `nginx`.")],
    release: ReleaseNumber,
) -> None:
    """Write the release of a sidecar into an environment's file: digest and day of its build.

    It starts nothing. Each service gets it with its next release. `pay patch` pins it and brings
    it to all of them, in waves.
    """
    folder = environments_folder()
    environments = load_for(folder, environment)
    chosen = choose(environment, environments, "ENV")
    image = choose(sidecar, SIDECARS, "SIDECAR")
    with asking(chosen) as client:
        image_pin = pin_of(open_repository(chosen, image, client), release)
    path = write_pin(folder, environment, sidecar, image_pin)
    console().print(f"{path}: {sidecar} {release}, built {image_pin.built}: {image_pin.digest}")


def _of(name: str, environments: Mapping[str, Environment]) -> list[Environment]:
    """Return the environments of an account, by its name or by that of one of them."""
    chosen = [each for each in environments.values() if name in (each.name, each.account_name)]
    if not chosen:
        accounts = dict.fromkeys(each.account_name for each in environments.values())
        raise typer.BadParameter(f"{name!r} is not one of {', '.join((*accounts, *environments))}.")
    return chosen
