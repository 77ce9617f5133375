"""Writes the GitHub workflow of an environment: one form for people, one door for other builds.

A repository that has built a release runs it with `gh workflow run`. So does the workflow of the
environment before. Roles are assumed by OpenID Connect, and no step puts an input into its script.
"""

from collections.abc import Iterable
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

CHECKOUT = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683"
CREDENTIALS = "aws-actions/configure-aws-credentials@b47578312673ae6fa5b5096b330d9fbac3d116df"
VERSIONS = {CHECKOUT: "v4.2.2", CREDENTIALS: "v4.2.1"}
"""The actions and their versions, as the workflows that are written by hand pin them."""

DEPLOY, PATCH, ROLL_BACK, MIGRATE, SMOKE, CALL = (
    *("deploy", "patch", "roll back", "migrate", "smoke", "call"),
)
RUN_NAME = (
    "${{ inputs.action || 'rebuild' }} ${{ inputs.action == 'call' && inputs.call || "
    "inputs.action != 'smoke' && format('{0} {1}', inputs.image, inputs.release) || '' }}"
)
RUNNER = "ubuntu-24.04"
RECORDS = """\
gh auth setup-git
pay keep-records --push --message "Record: $GITHUB_WORKFLOW, run $GITHUB_RUN_ID"
"""


def github_workflow(needs: Needs) -> str:
    """Return the text of the workflow."""
    document = {
        "name": needs.name,
        "run-name": f"{needs.name}: {RUN_NAME}",
        "on": _triggers(needs),
        "permissions": {},
        "jobs": dict(_jobs(needs)),
    }
    text = as_yaml(
        f"Written by `pay pipeline github {needs.name}`: do not edit, write it again.\n"
        "docs/tasks/run-the-pipelines.md says which variables and environments it needs.",
        document,
    )
    for action, version in VERSIONS.items():
        text = text.replace(action, f"{action} # {version}")
    return text


def workflow_file(environment: str) -> str:
    """Return the name of an environment's file below `.github/workflows`."""
    return f"{environment}.yml"


def _triggers(needs: Needs) -> Yaml:
    actions = [DEPLOY, PATCH, ROLL_BACK]
    actions += [MIGRATE] if needs.migrated else []
    actions += [SMOKE] if needs.environment.smoke else []
    actions += [CALL] if needs.calls else []
    inputs: Yaml = {
        "action": {"type": "choice", "required": True, "options": actions},
        "image": {
            "description": "A service, in the order of releases; a sidecar to patch",
            "type": "choice",
            "options": [*needs.services, *needs.sidecars],
        },
        "release": {"description": "The N of `N-release`", "type": "number"},
    }
    if needs.calls:
        described = {"description": "A scheduled call to make now", "type": "choice"}
        inputs["call"] = {**described, "options": [*needs.calls]}
    weekly = {"schedule": [{"cron": "0 6 * * 1"}]} if needs.rebuilds else {}
    return {"workflow_dispatch": {"inputs": inputs}, **weekly}


def _jobs(needs: Needs) -> Iterable[tuple[str, Yaml]]:
    name, wait = needs.name, f"--wait {WAIT}"
    release = f'{name} "$IMAGE" "$RELEASE"'
    copy = []
    if needs.copies and needs.before:
        accounts = f"--from {needs.before.account_name} --to {needs.environment.account_name}"
        copy = [f'pay images copy "$IMAGE" "$RELEASE" {accounts}']
    deploy = [*copy, f"pay deploy {release} {wait}"]
    yield "deploy", _job(needs, DEPLOY, deploy, minutes=DEPLOY_MINUTES)
    patch = [*copy, f"pay patch {release} {wait}"]
    yield "patch", _job(needs, PATCH, patch, minutes=PATCH_MINUTES, is_attended=False)
    if needs.after:
        yield "hand-on", _hand_on(needs)
    back = [f"pay deploy {release} --rollback {wait}"]
    yield "roll-back", _job(needs, ROLL_BACK, back, minutes=DEPLOY_MINUTES)
    if needs.migrated:
        migrate = [f"pay migrate {release} {wait}"]
        yield "migrate", _job(needs, MIGRATE, migrate, minutes=DEPLOY_MINUTES)
    if needs.environment.smoke:
        yield "smoke", _smoke(needs)
    if needs.calls:
        call = [f'pay task run {name} "$CALL" {wait}']
        yield "call", _job(needs, CALL, call, minutes=DEPLOY_MINUTES)
    for sidecar in needs.sidecars if needs.rebuilds else ():
        yield f"rebuild-{sidecar}", _rebuild(needs, sidecar)


def _job(
    needs: Needs, action: str, commands: list[str], *, minutes: int, is_attended: bool = True
) -> Yaml:
    """Return the job of an action. An attended job waits for the reviewers of its environment. An
    unattended one never waits; it has an environment of its own, where real payments pass.
    """
    job = _base(needs, action, minutes, is_attended=is_attended)
    job["permissions"]["contents"] = "write"
    job["env"] = {"IMAGE": "${{ inputs.image }}", "RELEASE": "${{ inputs.release }}"}
    if action == CALL:
        job["env"] = {"CALL": "${{ inputs.call }}"}
    job["steps"] += [
        _step(action, *commands),
        {"name": "free the lock", "if": "always()", "run": f"pay lock {needs.name} --free"},
        {
            "name": "keep the records",
            "if": "always()",
            "env": {"GH_TOKEN": "${{ github.token }}"},
            "run": RECORDS,
        },
    ]
    return job


def _smoke(needs: Needs) -> Yaml:
    """Return the job that tries every side; it changes nothing."""
    job = _base(needs, SMOKE, SHORT_MINUTES, is_attended=False)
    job["steps"] += [_step(SMOKE, f"pay smoke {needs.name}")]
    return job


def _step(name: str, *commands: str) -> Yaml:
    lines = 'eval "$(make -s env)"', *commands
    return {"name": name, "run": "".join(f"{line}\n" for line in lines)}


def _base(needs: Needs, action: str, minutes: int, *, is_attended: bool) -> Yaml:
    """Return a job up to the place where `pay` runs with the role of the environment."""
    place = _place(needs, is_attended=is_attended)
    return {
        "if": f"inputs.action == '{action}'",
        "runs-on": RUNNER,
        "timeout-minutes": minutes,
        "environment": place,
        "concurrency": {"group": place, "cancel-in-progress": False, "queue": "max"},
        "permissions": {"contents": "read", "id-token": "write"},
        "steps": [
            {
                "uses": CHECKOUT,
                # With what the runs before this one have pushed.
                "with": {"ref": "${{ github.ref_name }}", "persist-credentials": False},
            },
            {"run": "make setup"},
            {"run": 'echo "$PWD/.venv/bin" >> "$GITHUB_PATH"'},
            {
                "uses": CREDENTIALS,
                "with": {
                    "role-to-assume": "${{ vars.ROLE_ARN }}",
                    "aws-region": needs.environment.region,
                    "role-duration-seconds": 60 * (minutes + SHORT_MINUTES),
                },
            },
        ],
    }


def _place(needs: Needs, *, is_attended: bool) -> str:
    """Return the GitHub environment, with the role and the reviewers, that is a queue as well."""
    return needs.name if is_attended or not needs.waits_for_a_person else f"{needs.name}-unattended"


def _hand_on(needs: Needs) -> Yaml:
    """Return the job that gives what ran well to the environments after this one."""
    run = "gh workflow run {} --field action={} --field image={} --field release={}"
    values = '"$ACTION"', '"$IMAGE"', '"$RELEASE"'
    lines = [run.format(workflow_file(each.name), *values) for each in needs.after]
    return {
        "needs": ["deploy", "patch"],
        "if": "!cancelled() && (needs.deploy.result == 'success' "
        "|| needs.patch.result == 'success')",
        "runs-on": RUNNER,
        "timeout-minutes": SHORT_MINUTES,
        "permissions": {"actions": "write"},
        "env": {
            "ACTION": "${{ inputs.action }}",
            "IMAGE": "${{ inputs.image }}",
            "RELEASE": "${{ inputs.release }}",
            "GH_TOKEN": "${{ github.token }}",
            "GH_REPO": "${{ github.repository }}",
        },
        "steps": [{"run": "".join(f"{line}\n" for line in lines)}],
    }


def _rebuild(needs: Needs, sidecar: str) -> Yaml:
    """Return the job that lets a sidecar's own build make it again of the same source. Its image
    takes each package that was mended meanwhile, and gets the next number.
    """
    return {
        "if": "github.event_name == 'schedule'",
        "runs-on": RUNNER,
        "timeout-minutes": SHORT_MINUTES,
        "environment": _place(needs, is_attended=False),
        "permissions": {},
        "env": {
            "SOURCE": f"${{{{ vars.{sidecar.upper()}_SOURCE }}}}",
            "GH_TOKEN": "${{ secrets.SIDECARS_TOKEN }}",
        },
        "steps": [
            {
                "run": "gh auth setup-git\n"
                'git clone --quiet "$SOURCE" source\n'
                "cd source\n"
                f"{NEXT_TAG}"
                'git tag "$next"\n'
                'git push --quiet origin "$next"\n',
            },
        ],
    }
