"""Each mistake of a Concourse pipeline is found, and a right one has none."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest

from rollout.pipelines.concourse_rules import concourse_problems

Yaml = dict[str, Any]

DIGEST = f"sha256:{'5' * 64}"
GOOD: Yaml = {
    "anchors": {"ignored": True},
    "groups": [{"name": "all", "jobs": ["build", "deploy-*"]}],
    "var_sources": [{"name": "aws", "type": "idtoken", "config": {"audience": ["sts"]}}],
    "resource_types": [
        {"name": "notify", "type": "registry-image", "source": {"repository": f"slack@{DIGEST}"}}
    ],
    "resources": [
        {"name": "src", "type": "git", "source": {"uri": "((infra.uri))"}, "check_every": "1h30m"},
        {
            "name": "python",
            "type": "registry-image",
            "source": {"repository": "python", "tag": "3.11"},
            "version": {"digest": "((python_digest))"},
        },
        {"name": "chat", "type": "notify", "source": {"url": "((chat_url))"}},
    ],
    "jobs": [
        {
            "name": "build",
            "serial": True,
            "plan": [
                {"in_parallel": {"steps": [{"get": "src", "trigger": True}]}, "timeout": "5m"},
                {
                    "task": "make",
                    "timeout": "1h",
                    "attempts": 2,
                    "config": {
                        "platform": "linux",
                        "image_resource": {
                            "type": "registry-image",
                            "source": {"repository": "python"},
                            "version": {"digest": DIGEST},
                        },
                        "inputs": [{"name": "src"}, {"name": "cache", "optional": True}],
                        "outputs": [{"name": "made"}],
                        "caches": [{"path": "src/.venv"}],
                        "params": {"PASSWORD": "((database.password))", "AWS_REGION": "eu-west-1"},
                        "run": {"path": "sh", "args": ["-euc", "make setup\npay stages\n"]},
                    },
                },
                {"load_var": "tag", "file": "made/tag"},
                {"put": "src", "inputs": ["made"], "params": {"tag": "((.:tag))"}, "timeout": "9m"},
            ],
        },
        {
            "name": "deploy-test",
            "plan": [
                {
                    "do": [
                        {"get": "src", "passed": ["build"]},
                        {"get": "python"},
                        {"task": "pay", "file": "src/pay.yml", "image": "python"},
                        {"try": {"put": "src", "inputs": ["of the task's own file"]}},
                    ],
                    "timeout": "30m",
                }
            ],
            "ensure": {"put": "chat", "timeout": "1m"},
        },
    ],
}
BUILD, FETCH, MAKE, LOAD, PUT = (
    ("jobs", 0),
    ("jobs", 0, "plan", 0, "in_parallel", "steps", 0),
    ("jobs", 0, "plan", 1),
    ("jobs", 0, "plan", 2),
    ("jobs", 0, "plan", 3),
)
DEPLOY = ("jobs", 1, "plan", 0, "do")
CONFIG = (*MAKE, "config")


def at(document: Yaml, place: tuple[str | int, ...]) -> Any:
    value: Any = document
    for key in place:
        value = value[key]
    return value


def put(place: tuple[str | int, ...], **values: Any) -> Callable[[Yaml], None]:
    return lambda document: at(document, place).update(values)


def drop(place: tuple[str | int, ...], key: str | int) -> Callable[[Yaml], None]:
    return lambda document: at(document, place).__delitem__(key)


def add(place: tuple[str | int, ...], value: Any) -> Callable[[Yaml], None]:
    return lambda document: at(document, place).append(value)


IMAGE = {"type": "registry-image", "source": {"repository": "python", "tag": "3.11"}}
FAULTS: Mapping[str, tuple[Callable[[Yaml], None], str]] = {
    "unknown key of a step": (put(MAKE, timeot="1h"), "did you mean timeout?"),
    "unknown key of a job": (put(BUILD, seriel=True), "did you mean serial?"),
    "unknown key of a resource": (put(("resources", 0), check_evry="1h"), "found check_evry"),
    "unknown key of a task": (put(CONFIG, input=[]), "did you mean inputs?"),
    "unknown resource": (put(FETCH, get="source"), "found source; allowed: chat, python, src"),
    "unknown job in passed": (put((*DEPLOY, 0), passed=["biuld"]), "did you mean build?"),
    "passed by a job without the resource": (
        put((*DEPLOY, 1), passed=["build"]),
        "build, which never has python",
    ),
    "passed by itself": (put((*DEPLOY, 1), passed=["deploy-test"]), "waits for deploy-test"),
    "unknown job in a group": (add(("groups", 0, "jobs"), "bild"), "did you mean build?"),
    "job in no group": (put(("groups", 0), jobs=["build"]), "a job in no group"),
    "resource that no job uses": (
        drop(("jobs", 1), "ensure"),
        "resources.chat: found a resource that no job uses",
    ),
    "two resources of a name": (add(("resources",), GOOD["resources"][0]), "the name 2 times"),
    "two jobs of a name": (add(("jobs",), GOOD["jobs"][1]), "the name 2 times"),
    "two gets of a name": (add(DEPLOY, {"get": "src"}), "the name twice in a job"),
    "not a duration": (put(MAKE, timeout="1 hour"), "a duration as Go writes it"),
    "not a duration of checks": (put(("resources", 0), check_every="hourly"), "a duration"),
    "no attempts": (put(MAKE, attempts=0), "attempts: found 0"),
    "no builds in flight": (put(BUILD, max_in_flight=0), "max_in_flight: found 0"),
    "resource without a type": (drop(("resources", 0), "type"), "found no type"),
    "unknown type": (put(("resources", 0), type="gti"), "did you mean git?"),
    "task without run": (drop(CONFIG, "run"), "no path"),
    "task without a platform": (drop(CONFIG, "platform"), "no platform"),
    "task without config and file": (drop(MAKE, "config"), "both or neither"),
    "task with config and file": (put(MAKE, file="src/t.yml"), "both or neither"),
    "task without an image": (drop(CONFIG, "image_resource"), "no image"),
    "task without a timeout": (drop(MAKE, "timeout"), "no timeout"),
    "get without a timeout": (drop(("jobs", 0, "plan", 0), "timeout"), "get src: found no timeout"),
    "job without a plan": (drop(BUILD, "plan"), "no plan"),
    "put without a timeout": (drop(PUT, "timeout"), "plan[3] put src: found no timeout"),
    "hook without a timeout": (drop(("jobs", 1, "ensure"), "timeout"), "ensure put chat: found no"),
    "two steps in one": (put(MAKE, get="src"), "get and task"),
    "step of no kind": (add(("jobs", 0, "plan"), {"tusk": "x"}), "found no step"),
    "image by its tag": (put(CONFIG, image_resource=IMAGE), "python:3.11, which can change"),
    "image of a resource by its tag": (drop(("resources", 1), "version"), "python:3.11, which can"),
    "type by its tag": (
        put(("resource_types", 0), source={"repository": "slack", "tag": "latest"}),
        "slack:latest, which can change",
    ),
    "password in the text": (put((*CONFIG, "params"), PASSWORD="hunter2-Zx9"), "may be a secret"),
    "token in the text": (
        put(("resources", 0, "source"), uri="https://me:gX7wq9Lr2Vb8@git.test/x"),
        "a password inside an address",
    ),
    "key in a script": (
        put((*CONFIG, "run"), args=["-c", "export AWS_SECRET_ACCESS_KEY=" + "aB3/" * 10]),
        "may be a secret",
    ),
    "unknown artifact of a task": (put(CONFIG, inputs=[{"name": "scr"}]), "did you mean src?"),
    "unknown artifact of a put": (put(PUT, inputs=["mode"]), "did you mean made?"),
    "file of an unknown artifact": (put((*DEPLOY, 2), file="scr/pay.yml"), "did you mean src?"),
    "unknown image artifact": (put((*DEPLOY, 2), image="pyton"), "did you mean python?"),
    "unknown source of variables": (
        put(("jobs", 1, "ensure"), params={"text": "((aw:token))"}),
        "did you mean aws?",
    ),
    "unknown local variable": (put(PUT, params={"tag": "((.:tga))"}), "did you mean tag?"),
    "variable without a file": (drop(LOAD, "file"), "no file"),
    "variable twice": (add(("jobs", 0, "plan"), GOOD["jobs"][0]["plan"][2]), "variable twice"),
    "name in capitals": (put(("groups", 0), name="All"), "lower-case letters"),
    "group without a name": (drop(("groups", 0), "name"), "no name"),
    "jobs of another type": (put(("groups", 0), jobs="build"), "a list"),
    "passed of another type": (put((*DEPLOY, 0), passed="build"), "a list"),
    "inputs of another type": (put(CONFIG, outputs=["made"]), "a table"),
    "hook of another type": (put(("jobs", 1), ensure=[]), "a table"),
    "resources of another type": (put((), resources={"name": "src"}), "a list of tables"),
    "input without a name": (put(CONFIG, inputs=[{"path": "src"}]), "inputs: found no name"),
    "cache without a path": (put(CONFIG, caches=[{}]), "caches: found no path"),
    "input that is a text": (
        put(CONFIG, inputs=["src"]),
        "inputs: found str src; allowed: a table",
    ),
    "trigger that is a text": (put(FETCH, trigger="yes"), "found str yes; allowed: true or false"),
    "get of a number": (put(FETCH, get=5), "found int 5; allowed: a text"),
    "source of another type": (put(("resources", 0), source="x"), "found str x; allowed: a table"),
    "passed that is a table": (put((*DEPLOY, 0), passed=[{"job": "build"}]), "allowed: a text"),
    "unknown source of variables in a resource": (
        put(("resources", 0, "source"), uri="((aw:uri))"),
        "resources.src: found aw; allowed: aws; did you mean aws?",
    ),
    "unknown kind of source": (put(("var_sources", 0), type="vualt"), "did you mean vault?"),
    "timeout of nothing": (put(MAKE, timeout="0m"), "a duration as Go writes it"),
    "attempts that are no number": (put(MAKE, attempts=True), "attempts: found True"),
    "retention of a text": (
        put(BUILD, build_log_retention={"days": "many"}),
        "build_log_retention.days: found many; allowed: 1 or more",
    ),
    "across without a variable": (put(MAKE, across=[{"values": [1]}]), "across: found no var"),
    "jobs that are not a list": (put((), jobs={}), "a Concourse pipeline"),
}


def test_a_good_pipeline_has_no_mistakes() -> None:
    assert concourse_problems(GOOD) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_is_found(name: str) -> None:
    broken = deepcopy(GOOD)
    fault, said = FAULTS[name]
    fault(broken)
    assert broken != GOOD
    found = "\n".join(map(str, concourse_problems(broken)))
    assert said in found


def places(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield place
    items = enumerate(value) if isinstance(value, list) else ()
    for key, inner in value.items() if isinstance(value, dict) else items:
        yield from places(inner, (*place, key))


@pytest.mark.parametrize("value", [None, "x", 5, True, [], [None], ["x"], {}, {"x": 1}, [{}]])
def test_no_value_ends_the_check(value: Any) -> None:
    """Whatever stands in a place: it is a mistake with a message, or it is right."""
    for *place, key in (each for each in places(GOOD) if each):
        changed = deepcopy(GOOD)
        at(changed, tuple(place))[key] = value
        assert all(map(str, concourse_problems(changed)))


@pytest.mark.parametrize("document", [None, [], "text", {}, {"jobs": None}, {"jobs": [1, None]}])
def test_what_is_not_a_pipeline_is_one_message(document: Any) -> None:
    [problem] = concourse_problems(document)
    assert problem.allowed in ("a Concourse pipeline", "a list of tables")
