"""Finds the plans of named stacks, or creates them. It takes the plan that `cdktf diff` left while
that holds, else a new one.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import filter as matching
from functools import partial
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import typer

from pay.environments.load import load_needed
from pay.model import Environment
from pay.model.problem import InvalidInput, Problem, did_you_mean
from pay.model.stacks import Stack, known_stacks
from rollout.delivery.changed_stacks import judged_together
from rollout.delivery.credentials import variables_for
from rollout.delivery.planner import Planner
from rollout.delivery.synthesis import output_folder, synthesise
from rollout.delivery.terraform import Terraform
from rollout.terminal.arguments import environments_folder
from rollout.terminal.refusal import Failed
from rollout.terminal.time_text import span
from sandbox.plan_only import in_sandbox, is_plan_only
from stacks.estate import may_hold

HOLDS = timedelta(hours=1)
"""The time for which a plan holds while HCL and state stay the same. What exists may change without
both.
"""


def _is_file(argument: str) -> bool:
    try:
        return Path(argument).is_file()
    except OSError:  # longer than a name may be
        return False


def plan_files_of(arguments: Sequence[str]) -> list[Path]:
    """Return the plans as JSON. These are the files among the arguments, and the plans of the
    stacks whose ids match the others (shell globs). With a side its records are planned, which the
    guard looks at.

    Raises InvalidInput for every argument that is neither, and for a checkout that cannot be
    synthesised. A stack that cannot be planned also raises it.
    """
    files = [Path(argument) for argument in arguments if _is_file(argument)]
    named = [argument for argument in arguments if not _is_file(argument)]
    if not named:
        return files
    is_needed = partial(may_hold, patterns=named)
    environments, _ = load_needed(environments_folder(), is_needed, with_followed=False)
    known = known_stacks(environments)
    if unknown := [argument for argument in named if not matching(known, argument)]:
        raise InvalidInput(_neither(argument, known) for argument in unknown)
    ids = {id for argument in named for id in matching(known, argument)}
    given = {name for file in files for name in (file.name.split(".")[0], _folder(file))}
    ids |= judged_together(ids, known) - given
    return [*files, *_Desk(output_folder(), environments, known).plans(sorted(ids))]


def _folder(file: Path) -> str:
    return file.resolve().parent.name


def _neither(argument: str, known: Iterable[str]) -> Problem:
    return Problem(
        where=argument,
        found="neither a file nor a stack",
        allowed="a plan as `terraform show -json PLANFILE` writes it, a stack's id, or a shell "
        "glob of ids",
        fix=did_you_mean(argument, known, "`pay stacks` lists the ids"),
    )


@dataclass(frozen=True)
class _Desk:
    """The output folder of cdktf, in which a person works."""

    out: Path
    environments: Mapping[str, Environment]
    known: Mapping[str, Stack]

    def plans(self, ids: Sequence[str]) -> Iterator[Path]:
        """Yield the plans of these stacks as JSON."""
        # What is synthesised stays so: a person may look at other stacks, too.
        there = {file.parent.name for file in self.out.glob("stacks/*/cdk.tf")} & self.known.keys()
        globs = " ".join(sorted({*ids, *there}))
        synthesise(Path.cwd(), environments_folder().resolve(), self.out, globs=globs)
        plan_only = set[str]()
        for id in ids:
            environment = self.environments[self.known[id].environment]
            variables, where = variables_for(environment)
            name = environment.name
            if in_sandbox(variables) and is_plan_only(environment) and name not in plan_only:
                plan_only.add(name)
                typer.echo(
                    f"{name}: the sandbox can only plan it, and refuses `cdktf deploy`", err=True
                )
            terraform = Terraform(self.out, variables, is_quiet=True)
            try:
                yield self._plan(terraform, id, where)
            except Failed as error:
                raise InvalidInput([_not_planned(id, error, environment)]) from None

    def _plan(self, terraform: Terraform, id: str, where: str) -> Path:
        file = self.out / "stacks" / id / "plan"
        planner = Planner(terraform, self.known)
        if age := self._age(terraform, id, file):
            typer.echo(f"{id}: the plan of {span(age)} ago", err=True)
            planner.show(id, file)
        else:
            typer.echo(f"{id}: planning {where}", err=True)
            planner.plan(id, file)
        return file.with_suffix(".json")

    def _age(self, terraform: Terraform, id: str, file: Path) -> timedelta | None:
        """Return the age of a plan that holds. None: there is none, the HCL or the state is newer,
        or it is too old.
        """
        if not file.is_file() or not file.with_name(".terraform").is_dir():
            return None
        planned_at = file.stat().st_mtime
        age = timedelta(seconds=max(60, time.time() - planned_at))
        if age > HOLDS or planned_at < file.with_name("cdk.tf").stat().st_mtime:
            return None
        return age if _version_in(file) == terraform.state_version(id) else None


def _version_in(plan: Path) -> tuple[str, int] | None:
    """Return lineage and serial of the state that a plan was made from; None if there was none.

    Terraform keeps that state in the plan file, an archive. It refuses to apply the plan when they
    are no longer the state's. Source: terraform, internal/plans/planfile and
    internal/backend/local.
    """
    try:
        with ZipFile(plan) as archive:
            state = json.loads(archive.read("tfstate"))
    except (BadZipFile, KeyError, ValueError):
        return "not a plan", 0
    return (state["lineage"], state["serial"]) if state.get("serial") else None


def _not_planned(id: str, error: Failed, environment: Environment) -> Problem:
    return Problem(
        where=id,
        found=str(error),
        allowed="a stack that Terraform can plan",
        fix="it needs credentials that can read the account, or the sandbox: "
        f'eval "$(make -s sandbox ENV={environment.name})"',
    )
