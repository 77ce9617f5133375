"""Stands in for programs that are not here: docker, fly, gh, and the single sign-on of the AWS CLI.

`python -m tests.docs.stand_in PROGRAM ...` refuses what the real program would refuse, as far as
words and files show it, and does nothing else. It also refuses what the real one would only ignore:
a name that no file has. It knows the options that pages use, and no others. Sources:

- docs.docker.com: "docker container run", "docker buildx build", "Dockerfile reference"
- concourse-ci.org: "The fly CLI", "Setting Pipelines", "Credential Management"
- cli.github.com/manual: "gh workflow run"; docs.github.com: "Workflow syntax", `inputs`
- AWS CLI reference: `configure sso`, `sso login`
"""

import os
import re
import sys
from argparse import REMAINDER, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from rollout.pipelines.check import pipeline_problems

PROGRAMS = ("docker", "fly", "gh", "aws")
MARKER = "stand-in: "
"""What stands before the program in the marker of a block that a stand-in runs."""

LOGINS = Path(".stand-in-logins")
"""What a command before has left for this one: a target of fly, or a profile."""

INSTRUCTIONS = {"ARG", "COPY", "ENTRYPOINT", "ENV", "FROM", "RUN", "USER"}
"""Those of Dockerfiles that images of this repository use."""


class Refused(ArgumentTypeError):
    """What the real program would refuse."""


def run(arguments: Sequence[str]) -> None:
    """Check a command in the working folder. Raises Refused."""
    asked = _parser().parse_args(arguments)
    asked.check(asked)


class _Parser(ArgumentParser):
    def __init__(self, **more: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **more)

    def error(self, message: str) -> Any:
        raise Refused(f"{self.prog}: {message}")


def _parser() -> _Parser:
    parser = _Parser(prog="")
    programs = parser.add_subparsers(required=True)

    docker = programs.add_parser("docker").add_subparsers(required=True)
    image = docker.add_parser("run")
    image.add_argument("--rm", action="store_true")
    image.add_argument("--read-only", action="store_true")
    image.add_argument("--cap-drop", choices=["ALL"])
    image.add_argument("--user", type=_like(r"\d+:\d+"))
    image.add_argument("--entrypoint", type=_like(r".+"))
    image.add_argument("image", type=_image)
    image.add_argument("words", nargs=REMAINDER)
    image.set_defaults(check=lambda _: None)

    build = docker.add_parser("buildx").add_subparsers(required=True).add_parser("build")
    build.add_argument("--platform", choices=["linux/arm64", "linux/amd64"])
    build.add_argument("--build-arg", action="append", type=_pair, default=[])
    build.add_argument("--push", action="store_true")
    build.add_argument("--file", type=_file, required=True)
    build.add_argument("--tag", type=_image, required=True)
    build.add_argument("context", type=_folder)
    build.set_defaults(check=_build)

    fly = programs.add_parser("fly")
    fly.add_argument("--target", required=True)
    commands = fly.add_subparsers(required=True)
    login = commands.add_parser("login")
    login.add_argument("--concourse-url", type=_like("https://.+"), required=True)
    login.add_argument("--team-name")
    login.set_defaults(check=lambda asked: _log_in(f"fly {asked.target}"))
    pipeline = commands.add_parser("set-pipeline")
    pipeline.add_argument("--pipeline", type=_like(r"[\w.-]+"), required=True)
    pipeline.add_argument("--config", type=_file, required=True)
    pipeline.add_argument("--load-vars-from", type=_file)
    pipeline.set_defaults(check=_set_pipeline)

    workflow = programs.add_parser("gh").add_subparsers(required=True).add_parser("workflow")
    dispatch = workflow.add_subparsers(required=True).add_parser("run")
    dispatch.add_argument("workflow")
    dispatch.add_argument("--field", action="append", type=_pair, default=[])
    dispatch.set_defaults(check=_run_workflow)

    aws = programs.add_parser("aws").add_subparsers(required=True)
    sso = aws.add_parser("configure").add_subparsers(required=True).add_parser("sso")
    sso.add_argument("--profile", required=True)
    sso.set_defaults(check=lambda asked: _log_in(f"aws {asked.profile}"))
    session = aws.add_parser("sso").add_subparsers(required=True).add_parser("login")
    profile = os.environ.get("AWS_PROFILE", "default")
    session.set_defaults(check=lambda _: _require_login(f"aws {profile}"))
    return parser


def _like(pattern: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise Refused(f"found {text!r}, required is {pattern}")
        return text

    return read


_image = _like(r"(?:[\w.-]+/)*[a-z\d._-]+(?::[\w.-]+(?:@sha256:[\da-f]{64})?|@sha256:[\da-f]{64})")
"""A name with a tag or a digest; docker itself would take `latest` without one."""


def _pair(text: str) -> tuple[str, str]:
    key, _, value = _like(r"\w+=.+")(text).partition("=")
    return key, value


def _file(text: str) -> Path:
    if not (path := Path(text)).is_file():
        raise Refused(f"found no file {text}")
    return path


def _folder(text: str) -> Path:
    if not (path := Path(text)).is_dir():
        raise Refused(f"found no folder {text}")
    return path


def _build(asked: Namespace) -> None:
    given, declared, bases = dict(asked.build_arg), dict[str, str](), 0
    for instruction, words in _instructions(asked.file):
        if instruction not in INSTRUCTIONS:
            raise Refused(f"{asked.file}: found the instruction {instruction}")
        if instruction == "ARG":
            name, _, default = words.partition("=")
            declared[name] = given.get(name, default)
        elif instruction == "FROM":
            bases += 1
            _image(re.sub(r"\$\{(\w+)\}", lambda match: declared.get(match[1], ""), words))
        elif instruction == "COPY":
            *sources, _ = words.split()
            for source in sources:
                if not (asked.context / source).exists():
                    raise Refused(f"{asked.file}: found no {source} to copy")
    if unknown := given.keys() - declared.keys():
        raise Refused(f"{asked.file}: found no ARG {', '.join(sorted(unknown))}")
    if not bases:
        raise Refused(f"{asked.file}: found no FROM")


def _instructions(file: Path) -> Iterator[tuple[str, str]]:
    for line in re.sub(r"\\\n", " ", file.read_text()).splitlines():
        if line.strip() and not line.startswith("#"):
            instruction, _, words = line.partition(" ")
            yield instruction.upper(), words


def _set_pipeline(asked: Namespace) -> None:
    _require_login(f"fly {asked.target}")
    if problems := pipeline_problems(asked.config):
        raise Refused(f"{asked.config}: {problems[0].found}")
    text = yaml.safe_dump(yaml.safe_load(asked.config.read_text()))
    # Not `((source:name))` or `((name.field))`: the server asks its credential manager for them.
    used = set(re.findall(r"\(\((\w+)\)\)", text))
    given = yaml.safe_load(asked.load_vars_from.read_text()) if asked.load_vars_from else {}
    if not isinstance(given, dict):
        raise Refused(f"{asked.load_vars_from}: found {given!r}, required are names and values")
    if wrong := used ^ given.keys():
        raise Refused(f"{asked.load_vars_from}: found no value, or no use, of {sorted(wrong)}")


def _run_workflow(asked: Namespace) -> None:
    file = _file(f".github/workflows/{asked.workflow}")
    document = yaml.safe_load(file.read_text())
    # YAML 1.1 reads the key `on` as true, unless it is quoted.
    events = document.get("on", document.get(True))
    inputs = events.get("workflow_dispatch", {}).get("inputs", {})
    given = dict(asked.field)
    missing = {name for name, each in inputs.items() if each.get("required")} - given.keys()
    if wrong := missing | (given.keys() - inputs.keys()):
        raise Refused(f"{file}: found no value, or no input, of {sorted(wrong)}")
    for name, value in given.items():
        options = inputs[name].get("options", [value])
        if value not in options or (inputs[name]["type"] == "number" and not value.isdigit()):
            raise Refused(f"{file}: found {value} for {name}, which does not take it")


def _log_in(name: str) -> None:
    with LOGINS.open("a") as file:
        file.write(f"{name}\n")


def _require_login(name: str) -> None:
    if not LOGINS.is_file() or name not in LOGINS.read_text().splitlines():
        raise Refused(f"{name}: found no login before")


if __name__ == "__main__":
    try:
        run(sys.argv[1:])
    except Refused as refused:
        sys.exit(str(refused))
