"""The folder that holds the synthesised stacks."""

import json
from collections.abc import Iterable
from pathlib import Path

from policies.engine.results import Problem


class NothingToJudge(ValueError):
    """A root holds no Terraform."""


def stack_folders(root: Path) -> list[Path]:
    """Every folder below `root` that holds Terraform; Terraform's own working folders left out.

    Raises NothingToJudge where there is none.
    """
    if not root.is_dir():
        what = "is not a folder" if root.exists() else "does not exist"
        raise NothingToJudge(
            f"{root}: {what}; run `cdktf synth`, or name the folder that it wrote to with --root"
        )
    found = {
        file.parent
        for pattern in ("*.tf", "*.tf.json")
        for file in root.rglob(pattern)
        if ".terraform" not in file.relative_to(root).parts
    }
    if not found:
        raise NothingToJudge(f"{root}: holds no Terraform (*.tf); run `cdktf synth` first")
    return sorted(found)


def missing(root: Path, folders: Iterable[Path], *, counted: bool) -> list[Problem]:
    """Compares what was judged with the manifest that cdktf writes beside the stacks; with
    `counted`, it must be there.
    """
    manifest = next(
        (m for m in (root / "manifest.json", root.parent / "manifest.json") if m.exists()), None
    )
    if manifest is None:
        what = "manifest.json, which names every stack, is missing here and above: synthesise anew"
        return [Problem("unread", str(root), what)] if counted else []
    try:
        stacks = json.loads(manifest.read_text(encoding="utf-8"))["stacks"].values()
        expected = {
            (manifest.parent / each["synthesizedStackPath"]).parent.resolve() for each in stacks
        }
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        what = f"is not a manifest of cdktf ({error!r}): synthesise anew"
        return [Problem("unread", str(manifest), what)]
    judged = {folder.resolve() for folder in folders}
    return [
        Problem("unread", each.name, "the manifest names this stack, but it was not judged")
        for each in sorted(expected - judged)
    ] + [
        Problem("unread", each.name, "judged, but the manifest does not name it: synthesise anew")
        for each in sorted(judged - expected)
    ]
