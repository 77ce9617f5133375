"""Lists the stacks in the output folder of a synthesis."""

import json
from collections.abc import Iterable
from pathlib import Path

from policies.results import GateProblem


class NothingToJudge(ValueError):
    """A root holds no Terraform."""


def stack_folders(root: Path) -> list[Path]:
    """Return every folder below `root` that holds Terraform, except Terraform's working folders.

    Raises NothingToJudge if there is none.
    """
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise NothingToJudge(
            f"{root}: {what}; run `cdktf synth`, or give its output folder with --root"
        )
    folders = {
        file.parent
        for pattern in ("*.tf", "*.tf.json")
        for file in root.rglob(pattern)
        if ".terraform" not in file.relative_to(root).parts
    }
    if not folders:
        raise NothingToJudge(f"{root}: holds no Terraform (*.tf); run `cdktf synth` first")
    return sorted(folders)


def missing(root: Path, folders: Iterable[Path]) -> list[GateProblem]:
    """Compare the judged folders with the manifest that cdktf writes beside the stacks."""
    manifest = next(
        (m for m in (root / "manifest.json", root.parent / "manifest.json") if m.exists()), None
    )
    if manifest is None:
        what = "manifest.json, the list of stacks, is missing here and above; synthesise again"
        return [GateProblem("unread", str(root), what)]
    try:
        stacks = json.loads(manifest.read_text(encoding="utf-8"))["stacks"].values()
        expected = {
            (manifest.parent / each["synthesizedStackPath"]).parent.resolve() for each in stacks
        }
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        what = f"not a manifest of cdktf ({error!r}); synthesise again"
        return [GateProblem("unread", str(manifest), what)]
    judged = {folder.resolve() for folder in folders}
    return [
        GateProblem("unread", each.name, "in the manifest, but not judged; synthesise again")
        for each in sorted(expected - judged)
    ] + [
        GateProblem("unread", each.name, "judged, but not in the manifest; synthesise again")
        for each in sorted(judged - expected)
    ]
