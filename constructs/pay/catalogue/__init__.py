"""The catalogue: what GOV.UK Pay runs, as values for every launch type.

Each of the 15 services has a file with its `Microservice`, so a new service is a new file. One-off
tasks, scheduled calls, sidecars and the scenarios of smoke tests have a file each.
"""

import traceback
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from pay.catalogue.images import Image, images_of
from pay.model import Microservice, Problem
from pay.model.pydantic_errors import to_problems


def file_of(service: str) -> str:
    """Return the file that describes a service, as messages name it."""
    return f"constructs/pay/catalogue/{service.replace('-', '_')}.py"


def read(folder: Path, package: str) -> tuple[dict[str, Microservice], tuple[Problem, ...]]:
    """Return every service of a package's files, and the mistakes in the others."""
    services: dict[str, Microservice] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("[a-z]*.py")):
        try:
            module = import_module(f"{package}.{path.stem}")
        except Exception as error:  # whatever Python says of a file that somebody has just written
            problems += _explained(error, path)
            continue
        for service in vars(module).values():
            if not isinstance(service, Microservice):
                continue
            if services.setdefault(service.name, service) is not service:
                problems.append(_twice(service.name, path))
    return services, tuple(dict.fromkeys(problems))


def _explained(error: Exception, path: Path) -> list[Problem]:
    """Return the mistakes, at the last line of the folder that ran, which built the value."""
    frames = traceback.extract_tb(error.__traceback__)
    here = [frame for frame in frames if Path(frame.filename).parent == path.parent]
    where = file_of(Path(here[-1].filename).stem if here else path.stem)
    line = here[-1].lineno if here else None
    if isinstance(error, ValidationError):
        return [replace(problem, where=where, line=line) for problem in to_problems(error)]
    if isinstance(error, SyntaxError):
        where, line = file_of(Path(error.filename or path).stem), error.lineno
    reason = f"{type(error).__name__}, {error.msg if isinstance(error, SyntaxError) else error}"
    return [Problem(where=where, line=line, found=reason, allowed="a file that Python can run")]


def _twice(service: str, path: Path) -> Problem:
    return Problem(
        where=file_of(path.stem),
        key="name",
        found=f"{service}, which another file has",
        allowed="a name of its own",
        fix="rename the service, or delete the copied file",
    )


_services, PROBLEMS = read(Path(__file__).parent, __name__)

CATALOGUE: Mapping[str, Microservice] = MappingProxyType(dict(sorted(_services.items())))
"""Every service by its name, in the order of the names."""

IMAGES: Mapping[str, Image] = images_of(CATALOGUE.values())
"""Every image by its name, in the order of the names."""

__all__ = ["CATALOGUE", "IMAGES", "PROBLEMS", "file_of", "read"]
