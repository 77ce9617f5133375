"""Runs of the real Terraform on generated configurations."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pay.hcl.schema import ProviderSchema
from pay.hcl.writer import to_hcl
from tests.support.patience import TIMEOUT_SECONDS

NO_PROVIDER = ProviderSchema({}, {}, {}, "no provider")

_LINES_APART = 50


class Terraform:
    """The program with the environment it needs to find its providers."""

    def __init__(self, program: str, env: Mapping[str, str]) -> None:
        self.program = program
        self.env = env

    def run(
        self, folder: Path, *arguments: str, stdin: str | None = None, fails: bool = False
    ) -> str:
        """What it printed; a failing run fails the test with Terraform's words."""
        done = subprocess.run(
            [self.program, *arguments],
            cwd=folder,
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        if (done.returncode != 0) != fails:
            raise AssertionError(f"terraform {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr if fails else done.stdout

    def formatted(self, folder: Path, hcl: str) -> str:
        """What `terraform fmt` makes of the text."""
        return self.run(folder, "fmt", "-no-color", "-", stdin=hcl)

    def plan(self, folder: Path, *arguments: str) -> dict[str, Any]:
        """The plan as JSON; nothing is read from a provider's API for existing resources."""
        options = ("-input=false", "-refresh=false", "-no-color", "-out=plan.bin")
        self.run(folder, "plan", *options, *arguments)
        plan: dict[str, Any] = json.loads(self.run(folder, "show", "-json", "plan.bin"))
        return plan

    def diagnostics(self, folder: Path) -> list[dict[str, Any]]:
        """What `terraform validate` says of a configuration without providers."""
        run = subprocess.run(
            [self.program, "validate", "-json"],
            cwd=folder,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        diagnostics: list[dict[str, Any]] = json.loads(run.stdout)["diagnostics"]
        return diagnostics

    def warnings(self, folder: Path) -> list[str]:
        """What `terraform validate` says of a valid configuration."""
        found = json.loads(self.run(folder, "validate", "-json"))
        return [f"{each['summary']}: {each['detail']}" for each in found["diagnostics"]]


def meaning_workspace(terraform: Terraform, folder: Path) -> Path:
    """A root module that calls one document twice: as JSON and as our HCL2."""
    names = ("json", "hcl")
    for name in names:
        (folder / name).mkdir()
    root = {
        "module": {name: {"source": f"./{name}"} for name in names},
        "output": {name: {"value": f"${{module.{name}}}"} for name in names},
    }
    (folder / "main.tf.json").write_text(json.dumps(root))
    terraform.run(folder, "init", "-input=false", "-no-color")
    return folder


def meanings(terraform: Terraform, workspace: Path, document: Mapping[str, Any]) -> list[Any]:
    """What Terraform makes of the outputs of a document: from its JSON and from our HCL2."""
    return evaluated(terraform, workspace, document, to_hcl(document, NO_PROVIDER))


def evaluated(
    terraform: Terraform, workspace: Path, document: Mapping[str, Any], hcl: str
) -> list[Any]:
    """The values of the outputs of a JSON document and of an HCL2 text."""
    (workspace / "json" / "cdk.tf.json").write_text(as_json(document))
    (workspace / "hcl" / "cdk.tf").write_text(hcl, encoding="utf-8")
    outputs = terraform.plan(workspace)["planned_values"]["outputs"]
    return [outputs[name].get("value") for name in ("json", "hcl")]


def refused(
    terraform: Terraform, folder: Path, file: str, before: str, lines: Mapping[str, str], after: str
) -> set[str]:
    """The names of the lines that Terraform refuses in a file that has them, of one line each.

    They stand far from each other: inside a string of JSON, Terraform counts line ends as lines.
    """
    folder.mkdir(exist_ok=True)
    apart = "\n" * _LINES_APART
    text = "".join([before, *(f"{apart}{line}" for line in lines.values()), f"{apart}{after}"])
    (folder / file).write_text(text, encoding="utf-8")
    first = before.count("\n") + 1 + _LINES_APART
    diagnostics = terraform.diagnostics(folder)
    assert all("range" in each for each in diagnostics), diagnostics
    places = [each["range"]["start"]["line"] - first for each in diagnostics]
    return {[*lines][place // _LINES_APART] for place in places}


def as_json(document: Any) -> str:
    """The document with its Decimals as numbers of JSON."""
    text = json.dumps(document, default=lambda number: f"\ue000{number}\ue000")
    return re.sub(r'"\\ue000(.+?)\\ue000"', r"\1", text)
