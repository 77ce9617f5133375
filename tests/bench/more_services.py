"""The same estate with two, four, eight times the services: copies under other names."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from pay.model import Microservice

_SERVICE = re.compile(r"^\[services\.([\w-]+)\]\n(?:(?!\[).*\n?)*", re.MULTILINE)

_INSTANCES = re.compile(r"^(min_instances|max_instances) = (\d+)$", re.MULTILINE)

_ADOPT = re.compile(r"^adopt = true$", re.MULTILINE)


def copies(services: Mapping[str, Microservice], times: int) -> Mapping[str, Microservice]:
    """The services and `times` - 1 copies of each; a copy calls copies of the same number, so that
    there are as many separate call graphs.
    """
    found = {
        copy.name: copy
        for number in range(1, times + 1)
        for service in services.values()
        for copy in [service if number == 1 else _copy(service, number)]
    }
    return MappingProxyType(dict(sorted(found.items())))


def _copy(service: Microservice, number: int) -> Microservice:
    def renamed(name: str) -> str:
        return f"{name}-{number}"

    return service.model_copy(
        update={
            "name": renamed(service.name),
            "host": renamed(service.host or service.name),
            "calls": tuple(
                call.model_copy(update={"service": renamed(call.service)}) for call in service.calls
            ),
            "scheduled_calls": tuple(
                call.model_copy(
                    update={"name": renamed(call.name), "service": renamed(call.service)}
                )
                for call in service.scheduled_calls
            ),
            "links": tuple(
                link.model_copy(update={"service": renamed(link.service)}) for link in service.links
            ),
        }
    )


def write_environments(source: Path, target: Path, times: int) -> None:
    """Environment files in which every copy of a service stands where its original does, with as
    many times the instances. Nothing is adopted: nothing runs yet of what the copies describe.
    """
    # `copies` is for a program in which no reader has taken the catalogue yet.
    from pay.environments.load import environment_files

    for file in environment_files(source).values():
        text = file.read_text(encoding="utf-8")
        text = "\n".join([text, *_tables(text, times)])
        text = _INSTANCES.sub(lambda found: f"{found[1]} = {times * int(found[2])}", text)
        (target / file.name).write_text(_ADOPT.sub("adopt = false", text), encoding="utf-8")


def _tables(text: str, times: int) -> Iterator[str]:
    for number in range(2, times + 1):
        for table in _SERVICE.finditer(text):
            yield table[0].replace(f"[services.{table[1]}]", f"[services.{table[1]}-{number}]")
