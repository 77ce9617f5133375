"""The keys of a container definition are those of AWS's own description of the ECS API."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.loaders import Loader

from pay.containers.keys import ANY, CONTAINER_DEFINITION


def test_the_keys_are_those_of_the_ecs_api() -> None:
    shapes = Loader().load_service_model("ecs", "service-2")["shapes"]
    assert set(paths(CONTAINER_DEFINITION)) <= set(of_the_api(shapes, "ContainerDefinition"))


def paths(known: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, inner in known.items():
        yield (key, *(("{}",) if inner is ANY else ()))
        yield from ((key, *path) for path in paths(inner))


def of_the_api(shapes: Mapping[str, Any], name: str) -> Iterator[tuple[str, ...]]:
    """The same paths by AWS's own description of the API; `{}` ends what holds no keys."""
    shape = shapes[name]
    while shape["type"] == "list":
        shape = shapes[shape["member"]["shape"]]
    if shape["type"] != "structure":
        yield ("{}",)
        return
    for key, member in shape["members"].items():
        yield (key,)
        yield from ((key, *path) for path in of_the_api(shapes, member["shape"]))
