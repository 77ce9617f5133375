"""Every lookup of an environment's stacks, made by Terraform itself in one plan.

The plan holds the data sources and nothing else, so it reads no state and could change nothing. It
fails as the stacks' own plans would, with the same sentences (docs/decisions/0141).
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pay.model import Environment
from pay.model.stacks import known_stacks
from rollout.delivery.synthesis import synthesise
from rollout.doctor.line import DoctorLine, fails, ok

CHECK = "lookups"
PROVIDER = "registry.terraform.io/hashicorp/aws"
TIMEOUT_SECONDS = 900
"""For all of an environment's lookups; AWS answers one in a second or so."""

_STACKS_NAMED = 3
"""The most stacks that a line names."""

Document = Mapping[str, Any]
"""A stack in Terraform's JSON syntax."""


def lookup_lines(
    environment: Environment, checkout: Path, environments: Path
) -> Iterator[DoctorLine]:
    """Yield the provider's version, and a line for each lookup that fails; one if none does.

    Raises InvalidInput when the environment cannot be synthesised.
    """
    with tempfile.TemporaryDirectory() as out:
        # Whole ids: a mistake in an environment that this one follows does not matter here.
        ids = known_stacks({environment.name: environment})
        synthesise(checkout, environments, Path(out), globs=" ".join(ids))
        files = sorted(Path(out).glob("stacks/*/metadata.json"))
        stacks = {file.parent.name: json.loads(file.read_bytes()) for file in files}
    yield from answers(stacks)


def answers(stacks: Mapping[str, Document]) -> Iterator[DoctorLine]:
    """Yield the lines of `lookup_lines` for the stacks, by id."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "plan")
        count = write_lookups(folder, stacks)
        try:
            yield from _planned(folder, count, len(stacks))
        except subprocess.TimeoutExpired:
            failure = f"Terraform did not end in {TIMEOUT_SECONDS} seconds"
            yield fails(CHECK, failure, "check network and proxy, and run it again")


def write_lookups(folder: Path, stacks: Mapping[str, Document]) -> int:
    """Write a root module with a module of data sources for each stack; return how many there are.

    Left out is what one of the stacks makes itself. It is there after the first applies.
    """
    created = {
        (type_, body["name"])
        for stack in stacks.values()
        for type_, bodies in stack.get("resource", {}).items()
        for body in bodies.values()
        if isinstance(body.get("name"), str)
    }
    calls, count = {}, 0
    for id_, stack in stacks.items():
        data = _closed(stack, _existing(stack, created))
        if data:
            module = folder / id_
            module.mkdir(parents=True)
            (module / "main.tf.json").write_text(json.dumps(data))
            calls[f"stack-{id_}"] = {"source": f"./{id_}"}
            count += sum(map(len, data["data"].values()))
    folder.mkdir(exist_ok=True)
    first = next(iter(stacks.values()), {})
    [provider] = first.get("provider", {}).get("aws", [{}])
    required = first.get("terraform", {}).get("required_providers", {})
    root = {
        "terraform": {"required_providers": required},
        "provider": {"aws": {key: provider[key] for key in provider if key != "default_tags"}},
        "module": calls,
    }
    (folder / "main.tf.json").write_text(json.dumps(root))
    return count


def _existing(stack: Document, created: set[tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Return the data sources of what exists, without those that depend on any other."""
    data = {
        (type_, name): body
        for type_, bodies in stack.get("data", {}).items()
        for name, body in bodies.items()
        if not any((type_, value) in created for value in body.values() if isinstance(value, str))
    }
    while True:
        names = {f"data.{type_}.{name}" for type_, name in data}
        kept = {key: body for key, body in data.items() if _references(body) <= names}
        if len(kept) == len(data):
            break
        data = kept
    by_type: dict[str, dict[str, Any]] = {}
    for (type_, name), body in data.items():
        by_type.setdefault(type_, {})[name] = body
    return by_type


def _references(body: Any) -> set[str]:
    """Return what the text of a body refers to, beside local values: data sources, resources and
    variables.
    """
    text = json.dumps(body)
    return set(re.findall(r"\b(?:data\.aws_\w+|(?<!data\.)aws_\w+|var)\.[\w-]+", text))


def _closed(stack: Document, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data sources with the local values that they use."""
    used: dict[str, Any] = {}
    text = json.dumps(data)
    while True:
        names = set(re.findall(r"\blocal\.([\w-]+)", text)) - set(used)
        if not names:
            break
        new = {name: stack["locals"][name] for name in sorted(names)}
        used |= new
        text = json.dumps(new)
    locals_ = {"locals": used} if used else {}
    return {**locals_, "data": data} if data else {}


def _planned(folder: Path, count: int, stacks: int) -> Iterator[DoctorLine]:
    begun = _terraform(folder, "init", "-input=false", "-no-color")
    if begun.returncode:
        reason = " ".join(begun.stderr.split())
        fix = "check the registry or PAY_PROVIDER_MIRROR; `make setup` finds a mirror"
        yield fails("provider", reason, fix)
        return
    version = json.loads(_terraform(folder, "version", "-json").stdout)
    yield ok("provider", f"hashicorp/aws {version['provider_selections'].get(PROVIDER)}")
    planned = _terraform(folder, "plan", "-json", "-input=false", "-lock=false", "-parallelism=20")
    failed: dict[tuple[str, str, str], set[str]] = {}
    for line in planned.stdout.splitlines():
        diagnostic = json.loads(line).get("diagnostic", {})
        if diagnostic.get("severity") == "error":
            key = str(diagnostic["summary"]), " ".join(str(diagnostic["detail"]).split())
            # Each stack is a module in a folder of its name.
            file = Path(diagnostic.get("range", {}).get("filename", ""))
            asked = _asked(folder / file, str(diagnostic.get("address", "")))
            failed.setdefault((*key, asked), set()).add(file.parent.name or "all stacks")
    for (summary, detail, asked), stacks_of_it in failed.items():
        yield _failed(summary, detail, asked, sorted(stacks_of_it))
    if not failed and planned.returncode:
        failure = f"Terraform ended with {planned.returncode}: {planned.stderr.strip()}"
        yield fails(CHECK, failure, "run it again")
    elif not failed:
        yield ok(CHECK, f"{count} of {stacks} stacks answer as they should")


def _asked(file: Path, address: str) -> str:
    """Return what a lookup asked for, such as `aws_route53_zone pymnt.uk`; empty if unknown."""
    type_, _, name = address.partition(".data.")[2].partition("[")[0].partition(".")
    try:
        body = json.loads(file.read_bytes())["data"][type_][name]
    except (OSError, KeyError):
        return type_
    return " ".join([type_, *(value for value in body.values() if isinstance(value, str))])


def _failed(summary: str, detail: str, asked: str, stacks: list[str]) -> DoctorLine:
    """Return the line of one failure; a postcondition's sentences say what to do.

    `asked` is what a lookup asked for, which the provider's own words leave out.
    """
    more = len(stacks) - _STACKS_NAMED
    where = ", ".join(stacks[:_STACKS_NAMED]) + (f" and {more} more" if more > 0 else "")
    failure, _, fix = detail.partition(". ")
    if summary != "Resource postcondition failed" or not fix:
        failure = " ".join(filter(None, (asked, summary, detail)))
        fix = "create it, or correct the environment file"
    return fails(CHECK, f"{failure.rstrip('.')} ({where})", fix)


def _terraform(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["terraform", f"-chdir={folder}", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
