"""A cdktf app that writes `cdktf.out/stacks/<id>/cdk.tf` as HCL2.

cdktf's JSON is correct and its HCL is not (docs/decisions/0020). So cdktf writes JSON into a
temporary folder, and `pay.hcl` converts it. Only if every stack converts are the files of the
output folder replaced, each as a whole. An app that fails leaves the last synthesis unchanged.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from cdktf import App

from pay.hcl import HclError, ProviderSchema, to_hcl

_HCL = "cdk.tf"
_JSON = "cdk.tf.json"
_METADATA = "metadata.json"
_MANIFEST = "manifest.json"


class HclApp(App):
    """A cdktf app that synthesises HCL2, for `cdktf synth`, `diff` and `deploy`.

    `outdir` is by default the folder that the cdktf CLI passes, otherwise `cdktf.out`.
    """

    def __init__(self, schema: ProviderSchema, *, outdir: Path | None = None) -> None:
        self._schema = schema
        self._target = outdir or Path(os.environ.get("CDKTF_OUTDIR", "cdktf.out"))
        self._aside = tempfile.TemporaryDirectory(prefix="cdktf-")
        # Stack traces of every construct take a third of the synthesis, and nobody reads them.
        super().__init__(outdir=self._aside.name, hcl_output=False, stack_traces=False)

    def synth(self) -> None:
        """Write the stacks.

        Raises HclError with every problem of every stack; nothing is written then.
        """
        with self._aside:
            super().synth()
            files = _in_hcl(Path(self._aside.name), self._schema)
        _put_in_place(self._target, files)


def _in_hcl(aside: Path, schema: ProviderSchema) -> dict[str, bytes]:
    """Return the synthesised files by path in the output folder, with the stacks as HCL2.

    Each stack keeps its JSON as `metadata.json`, where the cdktf CLI reads the backend and the
    required providers of a stack that is not JSON. The manifest is last.
    """
    manifest = json.loads((aside / _MANIFEST).read_bytes())
    files: dict[str, bytes] = {}
    problems: list[str] = []
    for id_, stack in manifest["stacks"].items():
        source = stack["synthesizedStackPath"]
        if not source.endswith(_JSON):
            raise HclError([_NOT_JSON.format(source=source)])
        folder = stack["workingDirectory"]
        content = (aside / source).read_bytes()
        try:
            files[f"{folder}/{_HCL}"] = _hcl_text(content, schema).encode("utf-8")
        except HclError as error:
            problems += [f"stack {id_}: {problem}" for problem in error.problems]
        files[stack["stackMetadataPath"]] = content
    if problems:
        raise HclError(problems)
    known = {_MANIFEST, *(stack["synthesizedStackPath"] for stack in manifest["stacks"].values())}
    files |= _assets(aside, known)
    for stack in manifest["stacks"].values():
        stack["synthesizedStackPath"] = f"{stack['workingDirectory']}/{_HCL}"
    files[_MANIFEST] = json.dumps(manifest, indent=2, sort_keys=True).encode("utf-8")
    return files


_NOT_JSON = (
    "cdktf wrote {source} as its own HCL, because SYNTH_HCL_OUTPUT was set at its first import; "
    "import `pay` before `cdktf`"
)


def _hcl_text(content: bytes, schema: ProviderSchema) -> str:
    document: Mapping[str, Any] = json.loads(content, parse_float=Decimal)
    return to_hcl(document, schema)


def _assets(aside: Path, known: set[str]) -> dict[str, bytes]:
    """Return the files that constructs add to the stacks, for example the code of a canary."""
    files = [file for file in sorted(aside.rglob("*")) if file.is_file()]
    names = [file.relative_to(aside).as_posix() for file in files]
    return {
        name: file.read_bytes()
        for name, file in zip(names, files, strict=True)
        if name not in known
    }


def _put_in_place(target: Path, files: Mapping[str, bytes]) -> None:
    """Replace the files of the output folder, so that Terraform never sees two versions of a stack.

    Every file is complete at every moment. A removed stack loses its files but keeps Terraform's
    own (`.terraform`), because it may return. The cdktf CLI deletes such folders.
    """
    for old in target.glob(f"stacks/*/{_JSON}"):
        old.unlink()
    for name, content in files.items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        half_written = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            half_written.write_bytes(content)
            half_written.replace(file)
        finally:
            half_written.unlink(missing_ok=True)
    for old in target.glob(f"stacks/*/{_HCL}"):
        if old.relative_to(target).as_posix() not in files:
            old.unlink()
            old.with_name(_METADATA).unlink(missing_ok=True)
