"""A digest of all that every stack is made from: code, catalogue, bindings and versions."""

import hashlib
import json
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pay
from pay.catalogue import CATALOGUE

SCHEMA = "toolchain/bindings/aws-5.100.schema.json"
CODE = ("main.py", "toolchain/__init__.py", "toolchain/scratch.py", "toolchain/streams.py")
"""The code below the root that runs beside the packages that make stacks."""
FILES = (*CODE, "cdktf.json", SCHEMA)
"""The files below the root that a synthesis also reads, with packages and environments."""
PLACES = ("CDKTF_OUTDIR", "CDKTF_HOME")
"""The settings that only say where files go."""
CLOCK_SECONDS = 0.1
"""File systems take their times from a coarser clock than `time.time` does."""


def made_from(root: Path) -> str:
    """Return a digest of everything that a stack is made from. It covers the code, the files above
    and the values of the catalogue. It also covers the versions of Python, Node and packages, and
    the settings of cdktf and jsii.
    """
    digest = hashlib.sha256()
    dumps = [service.model_dump() for service in CATALOGUE.values()]
    # Sets have another order in every process.
    catalogue = json.dumps(dumps, default=sorted).encode()
    for part in (*_files(root), catalogue, *_versions(), *_settings()):
        # The length first, so that no part can pass for two.
        digest.update(b"%d\n%b" % (len(part), part))
    return digest.hexdigest()


def code_folders() -> list[Path]:
    """Return the packages that make stacks, where this process imports them from."""
    bindings = find_spec("imports")
    locations = bindings.submodule_search_locations if bindings else None
    return [Path(pay.__file__).parent, Path(__file__).parent, *map(Path, locations or ())]


def _files(root: Path) -> Iterator[bytes]:
    """Yield names and contents. A name leaves out where the checkout is, so copies are equal."""
    files = {name: root / name for name in FILES}
    for folder in code_folders():
        for parent, _, names in os.walk(folder):
            if not parent.endswith("__pycache__"):
                for name in names:
                    file = Path(parent, name)
                    files[f"{folder.name}/{file.relative_to(folder)}"] = file
    for name, file in sorted(files.items()):
        yield name.encode()
        yield file.read_bytes()
        if file.stat().st_ctime > pay.STARTED - CLOCK_SECONDS:
            # It may have been imported before it was changed, so it equals no other run.
            yield uuid4().bytes


def _versions() -> Iterator[bytes]:
    yield sys.version.encode()
    # An installed package is a folder `<name>-<version>.dist-info`.
    installed = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    yield "\n".join(sorted(folder.name for folder in installed)).encode()
    # Asking Node takes longer than all the rest; another version is another file.
    if node := shutil.which("node"):
        file = Path(node).resolve()
        status = file.stat()
        yield f"{file} {status.st_size} {status.st_mtime_ns}".encode()


def _settings() -> Iterator[bytes]:
    for name, value in sorted(os.environ.items()):
        if name.startswith(("CDKTF_", "JSII_")) and name not in PLACES:
            yield f"{name}={value}".encode()
