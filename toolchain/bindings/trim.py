"""`make bindings`: trims the schema of a real provider to the types in use."""

import difflib
import json
import subprocess
import tempfile
from pathlib import Path

from pay.model.environment.provider import CONSTRAINTS
from toolchain.bindings import schema_file, types_list
from toolchain.bindings.schema_file import Json
from toolchain.bindings.types_list import WantedTypes
from toolchain.environment import tool_environment
from toolchain.problems import ToolProblem
from toolchain.progress import say

CONSTRAINT = CONSTRAINTS[5]


def trim_from_provider() -> None:
    """Write the trimmed schema.

    Raises ToolProblem if Terraform fails or a type is unknown.
    """
    wanted = types_list.read()
    with tempfile.TemporaryDirectory() as folder:
        version, provider = _ask_provider(Path(folder))
    text = schema_file.render(trim(provider, wanted, version), version)
    schema_file.SCHEMA.write_text(text)
    say(
        f"  toolchain/bindings/{schema_file.SCHEMA.name}: {len(wanted.resources)} resources, "
        f"{len(wanted.data_sources)} data sources of {schema_file.PROVIDER} {version}, "
        f"{len(text) // 1000} kB"
    )


def trim(provider: Json, wanted: WantedTypes, version: str) -> Json:
    """Return the schema of this version of the provider with only the wanted types.

    Raises ToolProblem with every type that the provider does not have.
    """
    mistakes = []
    trimmed: Json = {"provider": provider["provider"]}
    for word, names in (("resource", wanted.resources), ("data", wanted.data_sources)):
        kind = f"{'data_source' if word == 'data' else word}_schemas"
        known = provider[kind]
        trimmed[kind] = {name: known[name] for name in names if name in known}
        for name in sorted({*names} - {*known}):
            near = difflib.get_close_matches(name, known, n=3) or ["none"]
            mistakes.append(f"no type `{word} {name}` (nearest: {', '.join(near)})")
    if mistakes:
        raise ToolProblem(
            "\n".join(mistakes),
            needed=f"types of {schema_file.PROVIDER} {version}",
            do=f"correct {types_list.WHERE}, then run `make bindings` again (nothing was written)",
        )
    return trimmed


def _ask_provider(folder: Path) -> tuple[str, Json]:
    source = f'{{ source = "{schema_file.PROVIDER}", version = "{CONSTRAINT}" }}'
    (folder / "main.tf").write_text(
        f"terraform {{\n  required_providers {{\n    aws = {source}\n  }}\n}}\n"
    )
    say("  terraform init (downloads the provider if there is no mirror) ...")
    _terraform(folder, "init", "-input=false", "-no-color")
    say("  terraform providers schema ...")
    address = f"{schema_file.REGISTRY}/{schema_file.PROVIDER}"
    selections = json.loads(_terraform(folder, "version", "-json"))["provider_selections"]
    schemas = json.loads(_terraform(folder, "providers", "schema", "-json"))["provider_schemas"]
    return selections[address], schemas[address]


def _terraform(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["terraform", *arguments],
        cwd=folder,
        env=tool_environment(),
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode != 0:
        raise ToolProblem(
            f"terraform {' '.join(arguments)} failed:\n{done.stderr.strip()}",
            needed=f"{schema_file.PROVIDER} {CONSTRAINT} from the public registry or from a mirror",
            do="set PAY_PROVIDER_MIRROR to a mirror's folder, or allow access to the registry",
        )
    return done.stdout
