"""Synthesises a cdktf app as HCL2: aside first, then in place.

cdktf's JSON is right and its HCL is not (docs/decisions/0020). So cdktf writes JSON into a
temporary folder, and `pay.hcl` turns it into HCL2. A failing app leaves the last synthesis.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from cdktf import App

from pay.hcl.errors import HclError
from pay.hcl.known_references import answer_known_references
from pay.hcl.output import HCL, JSON, MANIFEST, StackOutput, write_output
from pay.hcl.schema import ProviderSchema
from pay.hcl.writer import to_hcl


class HclApp(App):
    """A cdktf app that synthesises HCL2, for `cdktf synth`, `diff` and `deploy`.

    `outdir` is by default the folder that the cdktf CLI passes, otherwise `cdktf.out`.
    """

    def __init__(self, schema: ProviderSchema, *, outdir: Path | None = None) -> None:
        self._schema = schema
        self._target = outdir or Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out"))
        self._aside = tempfile.TemporaryDirectory(prefix="cdktf-")
        answer_known_references(schema)
        # Unused stack traces of every construct cost a third of the synthesis.
        super().__init__(outdir=self._aside.name, hcl_output=False, stack_traces=False)

    def synth(self) -> None:
        """Write the stacks; raises HclError with every problem of every stack, nothing written."""
        write_output(self._target, self.render())

    def render(self) -> Mapping[str, StackOutput]:
        """Return the stacks by their ids; raises HclError with every problem of every stack."""
        with self._aside:
            super().synth()
            return _in_hcl(Path(self._aside.name), self._schema)


def _in_hcl(aside: Path, schema: ProviderSchema) -> Mapping[str, StackOutput]:
    manifest = json.loads((aside / MANIFEST).read_bytes())
    stacks: dict[str, StackOutput] = {}
    problems: list[str] = []
    for id_, row in manifest["stacks"].items():
        try:
            stacks[id_] = _stack_in_hcl(aside, row, schema)
        except HclError as error:
            problems += [f"stack {id_}: {problem}" for problem in error.problems]
    if problems:
        raise HclError(problems)
    return stacks


def _stack_in_hcl(aside: Path, row: Mapping[str, Any], schema: ProviderSchema) -> StackOutput:
    """Return one stack's files: HCL2, and what constructs add (code of a canary).

    Its JSON stays as `metadata.json`, where the cdktf CLI reads backend and required providers.
    """
    source, folder = row["synthesizedStackPath"], row["workingDirectory"]
    if not source.endswith(JSON):
        reason = "SYNTH_HCL_OUTPUT was set at its first import; import `pay` before `cdktf`"
        raise HclError([f"cdktf wrote {source} as its own HCL, because {reason}"])
    files = {
        file.relative_to(aside).as_posix(): file.read_bytes()
        for file in sorted((aside / folder).rglob("*"))
        if file.is_file()
    }
    content = files.pop(source)
    document: Mapping[str, Any] = json.loads(content, parse_float=Decimal)
    files[f"{folder}/{HCL}"] = to_hcl(document, schema).encode("utf-8")
    files[row["stackMetadataPath"]] = content
    return StackOutput({**row, "synthesizedStackPath": f"{folder}/{HCL}"}, files)
