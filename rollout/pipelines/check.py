"""Checks the file of a pipeline or a task of Concourse, or of a workflow of GitHub, without a
server.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pay.files import read_text
from pay.model.problem import Problem
from rollout.pipelines.concourse_rules import concourse_problems, task_problems
from rollout.pipelines.secret_texts import secret_problems
from rollout.terminal.refusal import Failed
from toolchain.paths import VENV_BIN

TIMEOUT_SECONDS = 60


def pipeline_problems(path: Path) -> list[Problem]:
    """Return every mistake of a pipeline; that its file cannot be read is one."""
    where = str(path)
    try:
        document = yaml.load(read_text(path), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        return [_broken(where, error.problem or "a mistake", line)]
    except OSError as error:
        reason = error.strerror or str(error)
        return [Problem(where=where, found=reason, allowed="the file of a pipeline")]
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return [_broken(where, " ".join(str(error).split()), None)]
    if isinstance(document, dict) and isinstance(document.get("jobs"), dict):
        own = [*secret_problems(document), *_without_timeout(document["jobs"])]
        return [*_github_problems(path), *(_in_file(where, problem) for problem in own)]
    is_task = isinstance(document, dict) and {"platform", "run"} & document.keys()
    problems = task_problems(document) if is_task else concourse_problems(document)
    return [_in_file(where, problem) for problem in problems]


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, as Concourse and GitHub do."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in keys and key.tag != "tag:yaml.org,2002:merge":
                raise yaml.MarkedYAMLError(
                    problem=f"the key {name} twice", problem_mark=key.start_mark
                )
            keys.add(name)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _broken(where: str, fault: str, line: int | None) -> Problem:
    return Problem(where=where, line=line, found=fault, allowed="YAML with each key once")


def _in_file(where: str, problem: Problem) -> Problem:
    return Problem(
        where=where,
        key=problem.key,
        found=problem.found,
        allowed=problem.allowed,
        fix=problem.fix,
    )


def _without_timeout(jobs: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield jobs that may hang for six hours (GitHub: `jobs.<job_id>.timeout-minutes`). One that
    calls another workflow has its timeouts there.
    """
    for name, job in jobs.items():
        if isinstance(job, dict) and not {"timeout-minutes", "uses"} & job.keys():
            fix = "give it timeout-minutes: a hanging job holds its queue"
            yield Problem(key=f"jobs.{name}", found="no timeout", allowed="a timeout", fix=fix)


def _github_problems(path: Path) -> Iterator[Problem]:
    """Yield what actionlint and zizmor find. Neither asks a server."""
    output = _run("actionlint", "-shellcheck=", "-pyflakes=", "-format", "{{json .}}", str(path))
    for each in json.loads(output or "[]"):
        yield Problem(
            where=str(path),
            line=each["line"],
            found=each["message"],
            allowed=f"actionlint's rule {each['kind']}",
        )
    output = _run("zizmor", "--offline", "--quiet", "--no-progress", "--format=json-v1", str(path))
    for each in json.loads(output or "[]"):
        places = each["locations"]
        first = next((one for one in places if one["symbolic"]["kind"] == "Primary"), places[0])
        row = first["concrete"]["location"]["start_point"]["row"]
        yield Problem(
            where=str(path),
            line=row + 1,
            found=each["desc"],
            allowed=f"zizmor's rule {each['ident']}",
            fix=f"see {each['url']}",
        )


def _run(program: str, *arguments: str) -> str:
    """Return what a program prints. Raises Failed when it did not check the file."""
    try:
        ended = subprocess.run(
            [VENV_BIN / program, *arguments],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
    except FileNotFoundError:
        raise Failed(f"{program} is not installed; run `make setup`") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"{program} took more than {TIMEOUT_SECONDS} s; try again") from None
    if not ended.stdout.strip() and ended.returncode:
        raise Failed(f"{program}: {ended.stderr.strip()}")
    return ended.stdout
