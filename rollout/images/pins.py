"""Changes the table of an environment file that pins the release of a sidecar."""

import json
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryFile

import tomlkit

from pay.catalogue import IMAGES
from pay.catalogue.images import ImageKind
from pay.containers.releases import release_tag
from pay.files import replace_file
from pay.model.environment.images import Pin
from pay.model.problem import InvalidInput, Problem
from rollout.images.registry import Repository
from rollout.moves.stage_file import locked
from rollout.terminal.refusal import Finding, Refused

SIDECARS = {name: image for name, image in IMAGES.items() if image.kind is ImageKind.SIDECAR}
"""The images that an environment's file can pin."""


def with_pin(text: str, sidecar: str, pin: Pin, *, where: str) -> str:
    """Return the text of an environment file with another pin. It keeps comments, order and line
    ends of everything else.

    Raises InvalidInput when other lines than those of the pin would change.
    """
    document = tomlkit.parse(text)
    table = document["sidecars"][sidecar]
    table["release"], table["digest"], table["built"] = pin.release, pin.digest, pin.built
    changed = tomlkit.dumps(document)
    old, new = text.split("\n"), changed.split("\n")
    if len(old) != len(new) or sum(map(str.__ne__, old, new)) > len(Pin.model_fields):
        problem = Problem(
            where=where,
            key=f"sidecars.{sidecar}",
            found="a layout in which more lines than those of the pin would change",
            allowed="a table with a line for release, digest and built",
            fix=f'write it by hand: release = {pin.release}, digest = "{pin.digest}", '
            f"built = {pin.built}",
        )
        raise InvalidInput([problem])
    return changed


def write_pin(folder: Path, environment: str, sidecar: str, pin: Pin) -> Path:
    """Pin a sidecar in an environment's file and return the file; `folder` holds it.

    Raises as `with_pin` does, and OSError when it cannot be written.
    """
    path = folder / f"{environment}.toml"
    with locked(folder):
        text = path.read_bytes().decode()
        if (changed := with_pin(text, sidecar, pin, where=str(path))) != text:
            replace_file(path, changed.encode())
    return path


def pin_of(repository: Repository, release: int) -> Pin:
    """Return the pin of a release, with the day on which its image was built.

    Raises Refused for a release that the repository does not have, Failed when it does not answer.
    """
    tag = release_tag(release)
    manifest = repository.manifest(tag)
    if manifest is None:
        fix = "copy it there first (`pay images copy`), or pin one that is there"
        raise Refused(f"pinning {tag}", [Finding("release", f"{repository} has no {tag}", fix)])
    image = manifest
    if manifest.is_index:
        first = repository.manifest(manifest.document["manifests"][0]["digest"])
        image = first or manifest
    with TemporaryFile() as content:
        repository.read_blob(image.document["config"]["digest"], content)
        content.seek(0)
        created = json.load(content).get("created")
    built = datetime.fromisoformat(created).date() if created else date.today()
    return Pin(release=release, digest=manifest.digest, built=built)
