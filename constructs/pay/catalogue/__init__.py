"""The catalogue: GOV.UK Pay's 15 deployed services, one file each, whatever they run on.

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
from pay.model.explain import explain

_FOLDER = Path(__file__).parent


def file_of(service: str) -> str:
    """The file that describes a service, as messages name it."""
    return f"constructs/pay/catalogue/{service.replace('-', '_')}.py"


def _read() -> tuple[dict[str, Microservice], tuple[Problem, ...]]:
    services: list[Microservice] = []
    problems: list[Problem] = []
    for path in sorted(_FOLDER.glob("[a-z]*.py")):
        try:
            module = import_module(f"{__name__}.{path.stem}")
        except ValidationError as error:
            problems += _explained(error, path)
        else:
            services += [v for v in vars(module).values() if isinstance(v, Microservice)]
    return {service.name: service for service in services}, tuple(problems)


def _explained(error: ValidationError, path: Path) -> list[Problem]:
    """A file's own mistakes: the last line of the file that was running says where."""
    frames = traceback.extract_tb(error.__traceback__)
    line = next((f.lineno for f in reversed(frames) if Path(f.filename) == path), None)
    return [replace(p, where=file_of(path.stem), line=line) for p in explain(error)]


_services, PROBLEMS = _read()

CATALOGUE: Mapping[str, Microservice] = MappingProxyType(dict(sorted(_services.items())))
"""Every service by its name, in the order of the names."""

__all__ = ["CATALOGUE", "PROBLEMS", "file_of"]
