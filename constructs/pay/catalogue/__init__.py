"""The catalogue: GOV.UK Pay's 15 deployed services, one file each, for every launch type.

A new service is one new file here with one `Microservice` value.
"""

import traceback
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from pay.model import Microservice, Problem
from pay.model.pydantic_errors import to_problems


def file_of(service: str) -> str:
    """Return the file that describes a service, as messages name it."""
    return f"constructs/pay/catalogue/{service.replace('-', '_')}.py"


def read(folder: Path, package: str) -> tuple[dict[str, Microservice], tuple[Problem, ...]]:
    """Return every service of a package's files, and the mistakes in the others."""
    services: list[Microservice] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("[a-z]*.py")):
        try:
            module = import_module(f"{package}.{path.stem}")
        except ValidationError as error:
            problems += _explained(error, folder)
        else:
            services += [v for v in vars(module).values() if isinstance(v, Microservice)]
    return {service.name: service for service in services}, tuple(dict.fromkeys(problems))


def _explained(error: ValidationError, folder: Path) -> list[Problem]:
    """Return the mistakes, at the last line of this folder that ran: it built the value."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = next(f for f in reversed(frames) if Path(f.filename).parent == folder)
    where = file_of(Path(frame.filename).stem)
    return [replace(problem, where=where, line=frame.lineno) for problem in to_problems(error)]


_services, PROBLEMS = read(Path(__file__).parent, __name__)

CATALOGUE: Mapping[str, Microservice] = MappingProxyType(dict(sorted(_services.items())))
"""Every service by its name, in the order of the names."""

__all__ = ["CATALOGUE", "PROBLEMS", "file_of", "read"]
