"""Finds the mistakes of a Concourse pipeline without a server.

Some are those that `fly validate-pipeline` finds (Concourse: atc/configvalidate/validate.go and
atc/step_validator.go). The others are found there only when a build fails, or never. Examples are a
constraint that no build can meet, and an artifact that no step makes. Others are a step without a
timeout, an image that is not pinned, and a secret in the text.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pay.identifiers import DIGEST
from pay.model.problem import Problem, did_you_mean
from pay.model.service.call_graph import cycles
from rollout.pipelines import concourse_words as words
from rollout.pipelines.concourse_shapes import problem, wrong_shapes, wrong_types
from rollout.pipelines.secret_texts import secret_problems

Yaml = dict[str, Any]

NAME = re.compile(r"[a-z\d][a-z\d\-_.]*")
VARIABLE = re.compile(r"\(\((?P<path>[^()]+)\)\)")
DURATION = re.compile(r"(?=.*[1-9])(\d+(\.\d+)?(ns|us|ms|s|m|h))+")
PINNED = re.compile(rf"{DIGEST}|\(\([^()]+\)\)")
FETCHES, RUNS = ("get", "put"), ("get", "put", "task")


def concourse_problems(document: object) -> list[Problem]:
    """Return every mistake of a pipeline, in the order of the text."""
    if not isinstance(document, dict) or not isinstance(document.get("jobs"), list):
        return [problem("jobs", "no list of jobs", "a Concourse pipeline")]
    shapes = [*wrong_shapes(document)]
    # Without the right shape, nothing refers to anything.
    return shapes or [*_Pipeline(document).problems(), *secret_problems(document)]


def task_problems(document: Yaml) -> list[Problem]:
    """Return every mistake of the file of a task. The step that runs it may give it an image."""
    shapes = [*wrong_types("task", document, is_task=True)]
    step, build = {"image": "of the step"}, _Build(is_open=True)
    return shapes or [*_config("task", document, step, build), *secret_problems(document)]


def _unknown(key: str, name: object, known: Collection[str]) -> Problem:
    allowed = ", ".join(sorted(known)) or "none is declared"
    return problem(key, str(name), allowed, did_you_mean(str(name), known))


def _unknown_keys(key: str, value: Yaml, known: Collection[str]) -> Iterator[Problem]:
    for each in value:
        if each not in known:
            yield _unknown(f"{key}.{each}", each, known)


@dataclass
class _Build:
    """The artifacts that the steps of a job have made so far."""

    artifacts: set[str] = field(default_factory=set)
    is_open: bool = False
    """True when a task made others, which its own file names."""
    variables: set[str] = field(default_factory=set)
    gets: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Pipeline:
    document: Yaml

    def _named(self, place: str) -> Mapping[str, Yaml]:
        return {each["name"]: each for each in self.document.get(place) or []}

    @cached_property
    def resources(self) -> Mapping[str, Yaml]:
        return self._named("resources")

    @cached_property
    def jobs(self) -> Mapping[str, Yaml]:
        return self._named("jobs")

    @cached_property
    def steps(self) -> Mapping[str, list[Yaml]]:
        """Return job -> all of its steps, those inside others too."""
        return {name: [*_inside(job)] for name, job in self.jobs.items()}

    def touches(self, job: str, resource: str, kinds: Collection[str] = FETCHES) -> bool:
        return any(
            _resource(step, kind) == resource
            for step in self.steps[job]
            for kind in kinds
            if kind in step
        )

    def problems(self) -> Iterator[Problem]:
        yield from self._lists()
        yield from self._groups()
        yield from self._types()
        for name, job in self.jobs.items():
            yield from self._job(f"jobs.{name}", job)
        yield from self._circles()
        for name in self.resources:
            if not any(self.touches(job, name) for job in self.jobs):
                yield problem(f"resources.{name}", "a resource that no job uses", "a used one")

    def _lists(self) -> Iterator[Problem]:
        for place, known in words.PLACES.items():
            items = self.document.get(place) or []
            for name, count in Counter(each["name"] for each in items).items():
                if count > 1:
                    yield problem(f"{place}.{name}", f"the name {count} times", "each name once")
                if not NAME.fullmatch(str(name)):
                    allowed = "lower-case letters, digits, - _ and ."
                    yield problem(f"{place}.{name}", str(name), allowed)
            for item in items:
                yield from _unknown_keys(f"{place}.{item['name']}", item, known)

    def _groups(self) -> Iterator[Problem]:
        groups = self._named("groups")
        for name, group in groups.items():
            for key, known in (("jobs", self.jobs), ("resources", self.resources)):
                for each in group.get(key) or []:
                    if not any(_matches(each, one) for one in known):
                        yield _unknown(f"groups.{name}.{key}", each, known)
        grouped = [each for group in groups.values() for each in group.get("jobs") or []]
        for job in self.jobs if groups else ():
            if not any(_matches(each, job) for each in grouped):
                yield problem(f"jobs.{job}", "a job in no group", "a group for every job")

    def _types(self) -> Iterator[Problem]:
        declared = self._named("resource_types")
        known = {*words.BUILT_IN, *declared}
        for place, items in (("resources", self.resources), ("resource_types", declared)):
            for name, item in items.items():
                if item["type"] not in known:
                    yield _unknown(f"{place}.{name}.type", item["type"], known)
                every = str(item.get("check_every") or "never")
                if every != "never" and not _is_duration(every):
                    yield _duration(f"{place}.{name}.check_every", every)
                yield from self._variables(f"{place}.{name}", item, _Build())
        for name, source in self._named("var_sources").items():
            if source["type"] not in words.SOURCES:
                yield _unknown(f"var_sources.{name}.type", source["type"], words.SOURCES)
        for name, item in declared.items():
            if item["type"] in words.IMAGES:
                yield from _pinned(f"resource_types.{name}", item)

    def _circles(self) -> Iterator[Problem]:
        """Yield constraints that wait for one another, so that no version ever passes them."""
        edges: dict[str, set[str]] = {job: set() for job in self.jobs}
        for job, steps in self.steps.items():
            for step in steps:
                for passed in step.get("passed") or []:
                    if passed in self.jobs and not self.touches(passed, step["get"], ("put",)):
                        edges[job].add(passed)
        for circle in cycles(edges):
            cycle = f"{' waits for '.join((*circle, circle[0]))}"
            yield problem(f"jobs.{circle[0]}", cycle, "constraints that a first build can meet")

    def _job(self, key: str, job: Yaml) -> Iterator[Problem]:
        for name in ("max_in_flight", "build_logs_to_retain"):
            yield from _positive(key, job, name)
        retention = job.get("build_log_retention") or {}
        yield from _unknown_keys(f"{key}.build_log_retention", retention, words.RETENTION)
        for name in words.RETENTION & retention.keys():
            yield from _positive(f"{key}.build_log_retention", retention, name)
        build = _Build()
        for number, step in enumerate(job["plan"]):
            yield from self._step(f"{key}.plan[{number}]", step, build, has_timeout=False)
        for hook in words.HOOKS & job.keys():
            yield from self._step(f"{key}.{hook}", job[hook], build, has_timeout=False)

    def _step(
        self, key: str, step: object, build: _Build, *, has_timeout: bool
    ) -> Iterator[Problem]:
        kinds = [kind for kind in words.STEPS if isinstance(step, dict) and kind in step]
        if not isinstance(step, dict) or len(kinds) != 1:
            step_kinds = " and ".join(kinds) or "no step"
            yield problem(key, step_kinds, f"exactly one of {', '.join(words.STEPS)}")
            return
        kind = kinds[0]
        if kind in RUNS:
            key = f"{key} {kind} {step[kind]}"
        yield from _unknown_keys(key, step, {kind, *words.STEPS[kind], *words.MODIFIERS})
        yield from _positive(key, step, "attempts")
        if "timeout" in step and not _is_duration(str(step["timeout"])):
            yield _duration(f"{key}.timeout", str(step["timeout"]))
        has_timeout = has_timeout or "timeout" in step
        if kind in RUNS and not has_timeout:
            fix = "give it, or a step around it, a timeout: a hanging build holds its queue"
            yield problem(key, "no timeout", "a timeout", fix)
        for each in step.get("across") or []:
            if not each.get("var"):
                yield problem(f"{key}.across", "no var", "a var")
            build.variables.add(str(each.get("var")))
        yield from self._variables(key, {k: v for k, v in step.items() if k not in _NESTED}, build)
        yield from self._own(kind, key, step, build)
        for place, inner in _children(step):
            yield from self._step(f"{key}.{place}", inner, build, has_timeout=has_timeout)

    def _own(self, kind: str, key: str, step: Yaml, build: _Build) -> Iterator[Problem]:
        if kind in FETCHES and (name := _resource(step, kind)) not in self.resources:
            yield _unknown(key, name, self.resources)
        if kind == "get":
            if step["get"] in build.gets:
                yield problem(key, "the name twice in a job", "each name once")
            build.gets.add(step["get"])
            for passed in step.get("passed") or []:
                if passed not in self.jobs:
                    yield _unknown(f"{key}.passed", passed, self.jobs)
                elif not self.touches(passed, _resource(step, kind)):
                    waits = f"{passed}, which never has {_resource(step, kind)}"
                    yield problem(f"{key}.passed", waits, "jobs that get or put the resource")
        if kind == "put" and isinstance(inputs := step.get("inputs"), list):
            yield from _artifacts(f"{key}.inputs", inputs, build)
        if kind == "task":
            yield from self._task(key, step, build)
        if kind in ("load_var", "set_pipeline"):
            if not step.get("file"):
                yield problem(key, "no file", "a file")
            if kind == "load_var" and step[kind] in build.variables:
                yield problem(key, "the variable twice in a job", "each name once")
        build.variables |= {step[kind]} if kind == "load_var" else set()
        build.artifacts |= {step[kind]} if kind in FETCHES else set()

    def _task(self, key: str, step: Yaml, build: _Build) -> Iterator[Problem]:
        config = step.get("config")
        if (config is None) == (step.get("file") is None):
            yield problem(key, "both or neither of config and file", "exactly one of them")
        if file := step.get("file"):
            yield from _artifacts(f"{key}.file", [str(file).partition("/")[0]], build)
        if image := step.get("image"):
            yield from _artifacts(f"{key}.image", [image], build)
            if resource := self.resources.get(self._got(image)):
                yield from _pinned(f"resources.{resource['name']}", resource)
        if isinstance(config, dict):
            yield from _config(f"{key}.config", config, step, build)
        build.is_open = build.is_open or "file" in step
        renamed = step.get("output_mapping") or {}
        outputs = [each.get("name", "") for each in (config or {}).get("outputs") or []]
        build.artifacts |= {renamed.get(name, name) for name in outputs}

    def _got(self, artifact: str) -> str:
        """Return the resource that an artifact is fetched from."""
        steps = (step for steps in self.steps.values() for step in steps)
        resources = (_resource(step, "get") for step in steps if step.get("get") == artifact)
        return next(resources, "")

    def _variables(self, key: str, step: Yaml, build: _Build) -> Iterator[Problem]:
        sources = self._named("var_sources")
        for text in _texts(step):
            for match in VARIABLE.finditer(text):
                source, colon, path = match["path"].rpartition(":")
                if source == ".":
                    if path.partition(".")[0] not in build.variables:
                        yield _unknown(key, path, build.variables)
                elif colon and source not in sources:
                    yield _unknown(key, source, sources)


_NESTED = frozenset({*words.HOOKS, "do", "try", "in_parallel"})


def _children(step: Yaml) -> Iterator[tuple[str, Any]]:
    """Yield the steps inside a step, with their places."""
    parallel = step.get("in_parallel") or []
    parallel = parallel.get("steps", []) if isinstance(parallel, dict) else parallel
    for name, steps in (("in_parallel", parallel), ("do", step.get("do") or [])):
        yield from ((f"{name}[{number}]", each) for number, each in enumerate(steps))
    yield from ((name, step[name]) for name in sorted({"try", *words.HOOKS} & step.keys()))


def _inside(job: Yaml) -> Iterator[Yaml]:
    pending = [*job["plan"], *(job[hook] for hook in words.HOOKS & job.keys())]
    while pending:
        step = pending.pop(0)
        if isinstance(step, dict):
            yield step
            pending += [inner for _, inner in _children(step)]


def _resource(step: Yaml, kind: str) -> str:
    return str(step.get("resource") or step.get(kind))


def _matches(pattern: str, name: str) -> bool:
    """Match a name with a pattern, in which `*` is any text (Concourse: "Grouping jobs")."""
    return re.fullmatch(re.escape(str(pattern)).replace(r"\*", ".*"), name) is not None


def _artifacts(key: str, names: Iterable[str], build: _Build) -> Iterator[Problem]:
    for name in () if build.is_open else names:
        if name not in build.artifacts and not VARIABLE.search(str(name)):
            yield _unknown(key, name, build.artifacts)


def _config(key: str, config: Yaml, step: Yaml, build: _Build) -> Iterator[Problem]:
    yield from _unknown_keys(key, config, words.TASK)
    if not config.get("platform"):
        yield problem(key, "no platform", "a platform: linux")
    run = config.get("run") or {}
    yield from _unknown_keys(f"{key}.run", run, words.RUN)
    if not run.get("path"):
        yield problem(f"{key}.run", "no path", "the path of a program")
    for place, known, needed in (
        ("inputs", words.INPUT, "name"),
        ("outputs", words.OUTPUT, "name"),
        ("caches", words.CACHE, "path"),
    ):
        for each in config.get(place) or []:
            yield from _unknown_keys(f"{key}.{place}", each, known)
            if not each.get(needed):
                yield problem(f"{key}.{place}", f"no {needed}", f"a {needed}")
    mapped = step.get("input_mapping") or {}
    inputs = [each for each in config.get("inputs") or [] if not each.get("optional")]
    names = [each["name"] for each in inputs if each.get("name")]
    yield from _artifacts(f"{key}.inputs", [mapped.get(name, name) for name in names], build)
    image = config.get("image_resource")
    if isinstance(image, dict):
        yield from _unknown_keys(f"{key}.image_resource", image, words.IMAGE)
        yield from _pinned(f"{key}.image_resource", image)
    elif not step.get("image") and not config.get("rootfs_uri"):
        yield problem(key, "no image", "image of the step, or image_resource")


def _pinned(key: str, image: Yaml) -> Iterator[Problem]:
    """Yield an image that another one can stand in for tomorrow."""
    source, version = image.get("source") or {}, image.get("version")
    version = version if isinstance(version, dict) else {}
    _, at, digest = str(source.get("repository", "")).partition("@")
    named = digest if at else str(version.get("digest", ""))
    if not PINNED.fullmatch(named):
        changing = f"{source.get('repository')}:{source.get('tag', 'latest')}, which can change"
        fix = 'add version = {digest: "sha256:..."}, or a ((variable)) with it'
        yield problem(key, changing, "an image by its digest", fix)


def _is_duration(text: str) -> bool:
    return bool(DURATION.fullmatch(text) or VARIABLE.fullmatch(text))


def _duration(key: str, text: str) -> Problem:
    return problem(key, text, "a duration as Go writes it: 90s, 1h30m")


def _positive(key: str, value: Yaml, name: str) -> Iterator[Problem]:
    number = value.get(name, 1)
    is_number = isinstance(number, int) and not isinstance(number, bool)
    if VARIABLE.search(str(number)) is None and not (is_number and number > 0):
        yield problem(f"{key}.{name}", str(number), "1 or more")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield value
