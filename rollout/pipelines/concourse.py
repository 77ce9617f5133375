"""Writes the Concourse pipeline of an environment: a job for each thing that `pay` does there.

Every job runs `docs/workflows/concourse-pay.yml`. Roles are assumed by OpenID Connect, so that no
key is in the pipeline or in its variables. Source: Concourse, "The IDToken credential manager".
"""

from collections.abc import Iterable, Sequence
from typing import Any

from rollout.pipelines.needs import (
    DEPLOY_MINUTES,
    NEXT_TAG,
    PATCH_MINUTES,
    SHORT_MINUTES,
    WAIT,
    Needs,
)
from rollout.pipelines.yaml_text import as_yaml

Yaml = dict[str, Any]

TASK = "src/docs/workflows/concourse-pay.yml"
FETCH_MINUTES = 15
LOGS = {"days": 400}
"""Builds are kept as long as the audit trail of a year needs (PCI DSS v4.0.1, 10.5.1)."""

DEPLOY, PATCH, COPY, MIGRATE, CALL, ROLL_BACK = (
    *("deploy", "patch", "copy", "migrate", "call", "roll-back"),
)


def concourse_pipeline(needs: Needs) -> str:
    """Return the text of the pipeline."""
    jobs = [*_jobs(needs)]
    document = {
        "groups": [*_groups(needs, [job["name"] for job in jobs])],
        "var_sources": [
            {
                "name": "aws",
                "type": "idtoken",
                "config": {"audience": ["sts.amazonaws.com"], "expires_in": "8h"},
            }
        ],
        "resources": [*_resources(needs)],
        "jobs": jobs,
    }
    return as_yaml(
        f"Written by `pay pipeline concourse {needs.name}`: do not edit, write it again.\n"
        "docs/tasks/run-the-pipelines.md says which ((variables)) it takes.",
        document,
    )


def _jobs(needs: Needs) -> Iterable[Yaml]:
    name = needs.name
    wait = f"--wait {WAIT}"
    for sidecar in needs.sidecars if needs.rebuilds else ():
        yield _rebuild(sidecar)
    if needs.copies and needs.before:
        accounts = f"--from {needs.before.account_name} --to {needs.environment.account_name}"
        for image in (*needs.services, *needs.sidecars):
            command = f"images copy {image} {accounts}"
            yield _job(needs, f"{COPY}-{image}", command, _proved(image), locks=False)
    for service in needs.services:
        yield _job(
            needs,
            f"{DEPLOY}-{service}",
            f"deploy {name} {service} {wait}",
            _release(service, trigger=not (needs.waits_for_a_person or needs.sleeps)),
            minutes=DEPLOY_MINUTES,
        )
    for sidecar in needs.sidecars:
        yield _job(
            needs,
            f"{PATCH}-{sidecar}",
            f"patch {name} {sidecar} {wait}",
            _release(sidecar, trigger=not needs.sleeps),
            minutes=PATCH_MINUTES,
        )
    for service in needs.services:
        command = f"deploy {name} {service} --rollback {wait}"
        yield _job(
            needs, f"{ROLL_BACK}-{service}", command, _release(service), minutes=DEPLOY_MINUTES
        )
    for service in needs.migrated:
        command = f"migrate {name} {service} {wait}"
        yield _job(
            needs, f"{MIGRATE}-{service}", command, _release(service), minutes=DEPLOY_MINUTES
        )
    for call in needs.calls:
        yield _job(needs, f"{CALL}-{call}", f"task run {name} {call} {wait}")
    if needs.environment.smoke:
        yield _job(needs, "smoke", f"smoke {name}")
    if needs.shows_the_board:
        yield _board(needs)


def _job(
    needs: Needs,
    name: str,
    command: str,
    *gets: Yaml,
    minutes: int = SHORT_MINUTES,
    locks: bool = True,
) -> Yaml:
    """Return a job that runs one command. With `locks` it shares the queue of all that change the
    environment. It gives the lock back however it ends, and pushes what the command recorded.
    """
    fetched = {get["get"] for get in gets}
    project = () if "src" in fetched else ({"get": "src"},)
    task = _task(needs, name, command, minutes)
    if "image" in fetched:
        # No other task of the job is given a release: `pay lock` takes none.
        task["input_mapping"] = {"release": "image"}
    job: Yaml = {
        "name": name,
        "serial": True,
        "build_log_retention": LOGS,
        "plan": [
            _fetch(*project, {"get": "worker"}, *gets),
            task,
        ],
    }
    if locks:
        job["serial_groups"] = [needs.name]
        push = {"put": "src", "inputs": ["src"], "params": {"repository": "src", "rebase": True}}
        free = _task(needs, name, f"lock {needs.name} --free", SHORT_MINUTES)
        # Side by side, so that what one of them meets does not keep the other from its end.
        job["ensure"] = {"in_parallel": [push, free], "timeout": _minutes(SHORT_MINUTES)}
    return job


def _task(needs: Needs, job: str, command: str, minutes: int) -> Yaml:
    link = f"((concourse_url))/teams/((team))/pipelines/{needs.name}/jobs/{job}"
    return {
        "task": command.partition(" ")[0],
        "file": TASK,
        "image": "worker",
        "timeout": _minutes(minutes),
        "params": {
            "PAY": command,
            "PAY_BUILD": link,
            "AWS_REGION": needs.environment.region,
            "AWS_ROLE_ARN": "((role_arn))",
            "AWS_ID_TOKEN": "((aws:token))",
        },
    }


def _board(needs: Needs) -> Yaml:
    moves = {"get": "src", "resource": "moves", "trigger": True}
    job = _job(needs, "board", "board --out ../page/board.html", moves, locks=False)
    put = {"put": "board", "inputs": ["page"], "params": {"file": "page/board.html"}}
    job["plan"].append({**put, "timeout": _minutes(FETCH_MINUTES)})
    return job


def _rebuild(sidecar: str) -> Yaml:
    """Return the job that lets a sidecar's own build make it again of the same source. Its image
    takes each package that was mended meanwhile, and gets the next number.
    """
    source, tagged = f"{sidecar}-source", "tag/name"
    return {
        "name": f"rebuild-{sidecar}",
        "serial": True,
        "build_log_retention": LOGS,
        "plan": [
            _fetch(
                {"get": "weekly", "trigger": True},
                {"get": "worker"},
                {"get": "source", "resource": source, "params": {"fetch_tags": True}},
            ),
            {
                "task": "next-tag",
                "image": "worker",
                "timeout": _minutes(FETCH_MINUTES),
                "config": {
                    "platform": "linux",
                    "inputs": [{"name": "source"}],
                    "outputs": [{"name": "tag"}],
                    "run": {
                        "path": "sh",
                        "dir": "source",
                        "args": ["-euc", f'{NEXT_TAG}printf %s "$next" > ../{tagged}\n'],
                    },
                },
            },
            {
                "put": source,
                "inputs": ["source", "tag"],
                "params": {"repository": "source", "tag": tagged, "only_tag": True},
                "timeout": _minutes(FETCH_MINUTES),
            },
        ],
    }


def _release(image: str, *, trigger: bool = False) -> Yaml:
    return {
        "get": "image",
        "resource": f"{image}-image",
        "trigger": trigger,
        "params": {"skip_download": True},
    }


def _proved(image: str) -> Yaml:
    return {"get": "src", "resource": f"{image}-proved", "trigger": True}


def _fetch(*gets: Yaml) -> Yaml:
    return {
        "in_parallel": {"fail_fast": True, "steps": [*gets]},
        "timeout": _minutes(FETCH_MINUTES),
    }


def _minutes(minutes: int) -> str:
    return f"{minutes}m"


def _resources(needs: Needs) -> Iterable[Yaml]:
    yield _project("src")
    yield {
        "name": "worker",
        "type": "registry-image",
        "icon": "language-python",
        "source": {"repository": "python", "tag": "3.11"},
        "version": {"tag": "3.11", "digest": "((python_digest))"},
    }
    for image in (*needs.services, *needs.sidecars):
        yield {
            "name": f"{image}-image",
            "type": "registry-image",
            "icon": "docker",
            "source": {
                "repository": needs.repository(image),
                "variant": "release",
                "aws_region": needs.environment.region,
                "aws_role_arn": "((registry_role_arn))",
            },
        }
    if needs.copies:
        for service in needs.services:
            yield _project(f"{service}-proved", needs.record_before(service))
        for sidecar in needs.sidecars:
            yield _project(f"{sidecar}-proved", *needs.pins_before)
    if needs.rebuilds:
        monday = {"days": ["Monday"], "start": "6:00 AM", "stop": "7:00 AM"}
        source = {"location": "Europe/London", **monday}
        yield {"name": "weekly", "type": "time", "icon": "calendar-clock", "source": source}
        for sidecar in needs.sidecars:
            yield {
                "name": f"{sidecar}-source",
                "type": "git",
                "icon": "git",
                "source": {
                    "uri": f"(({sidecar}_source.uri))",
                    "branch": "main",
                    "private_key": f"(({sidecar}_source.private_key))",
                },
            }
    if needs.shows_the_board:
        yield _project("moves", "environments")
        yield {
            "name": "board",
            "type": "s3",
            "icon": "view-dashboard",
            "source": {
                "bucket": "((board_bucket))",
                "region_name": needs.environment.region,
                "versioned_file": "board.html",
                "enable_aws_creds_provider": True,
            },
        }


def _project(name: str, *paths: str) -> Yaml:
    """Return this project as a resource; with paths, only changes below them are versions."""
    return {
        "name": name,
        "type": "git",
        "icon": "git",
        "source": {
            "uri": "((infra.uri))",
            "branch": "main",
            "private_key": "((infra.private_key))",
            **({"paths": [*paths]} if paths else {}),
        },
    }


def _groups(needs: Needs, jobs: Sequence[str]) -> Iterable[Yaml]:
    """Yield a tab for all jobs, one for each wave of a release, and one for each other kind."""
    yield {"name": "all", "jobs": [*jobs]}
    for number, wave in enumerate(needs.waves, start=1):
        yield {"name": f"wave-{number}", "jobs": [f"{DEPLOY}-{service}" for service in wave]}
    for name, kinds in (
        ("images", ("rebuild", COPY, PATCH)),
        ("roll-back", (ROLL_BACK,)),
        ("tasks", (MIGRATE, CALL)),
        ("checks", ("smoke", "board")),
    ):
        if chosen := [job for job in jobs if job.startswith(kinds)]:
            yield {"name": name, "jobs": chosen}
