"""The suppressions beside the environment files, and whether they name what exists."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

from pay.environments.load import environment_files
from pay.model import Environment, InvalidInput, Problem
from pay.model.environment.account import Account
from pay.model.problem import did_you_mean
from pay.model.watching.accounts import Administrator, Road
from pay.model.watching.suppressions import (
    FILE,
    Suppression,
    SuppressionTool,
    WrittenSuppression,
    read_suppressions,
)


def load_suppressions(
    folder: Path, environments: Mapping[str, Environment], today: date
) -> tuple[Suppression, ...]:
    """Return every suppression of a folder, expired ones as well. No deploy waits for their end.

    `environments` are those that could be read; what is suppressed in another is not compared with
    it. Raises InvalidInput with every mistake.
    """
    written = read_suppressions(folder / FILE)
    known = environment_files(folder)
    if problems := [
        problem for each in written for problem in _problems(each, known, environments, today)
    ]:
        raise InvalidInput(problems)
    return tuple(each.value for each in written)


def in_force(
    suppressions: Collection[Suppression], account: Account, today: date
) -> tuple[Suppression, ...]:
    """Return what the account's stack renders on a day, in UTC.

    A member of an organisation renders nothing. Its administrator's account makes the filters.
    """
    watching = account.watching
    if watching is None or watching.administrator is Administrator.MEMBER:
        return ()
    return tuple(
        each
        for each in suppressions
        if each.environment in account.environments and each.holds_on(today)
    )


def _problems(
    written: WrittenSuppression,
    known: Collection[str],
    environments: Mapping[str, Environment],
    today: date,
) -> Iterator[Problem]:
    each = written.value
    if each.holds_on(today) and (why := each.date_mistake(today)):
        expiry, _, fix = why.partition("; ")
        yield written.problem("expires", expiry, f"at most {each.longest.days} days ahead", fix)
    if each.environment not in known:
        names, fix = ", ".join(known), did_you_mean(each.environment, known)
        yield written.problem("environment", each.environment, names, fix)
    if (environment := environments.get(each.environment)) is None:
        return
    services = environment.services
    if each.service not in services:
        names, fix = ", ".join(services), did_you_mean(each.service, services)
        yield written.problem(
            "service", each.service, f"a service of {environment.name}: {names}", fix
        )
    if environment.watching is None:
        fix = f"add [watching] to {environment.name}.toml, or remove the suppression"
        yield written.problem(
            "environment", f"{environment.name}, which nobody watches", "one that is watched", fix
        )
    elif (
        environment.watching.road is Road.DIRECT
        and each.tool is not SuppressionTool.INSPECTOR
        and not each.volume
    ):
        tool = f"{each.tool} in {environment.name}, whose findings do not pass Security Hub"
        fix = "let its road be hub, or write `volume = true` for a noisy finding of GuardDuty"
        yield written.problem("tool", tool, "a tool whose findings pass it", fix)
