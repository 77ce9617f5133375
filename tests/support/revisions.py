"""A container as it runs, and revisions that change parts of it."""

from typing import Any

from pay.model import Stage
from tests.rollout.guard.conftest import Judge, found
from tests.support.plans import (
    FARGATE,
    RELEASED_IMAGE,
    Json,
    container,
    plan,
    task_definition,
)

LOG = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": "sandbox_app_publicauth",
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "fargate",
        "mode": "non-blocking",
        "max-buffer-size": "25m",
    },
}
CHECK = {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3}
SECRET = "arn:aws:secretsmanager:eu-west-1:555555555555:secret:sandbox/publicauth-AbCdEf"
OTHER_SECRET = "arn:aws:secretsmanager:eu-west-1:555555555555:secret:sandbox/publicauth-GhIjKl"
OPEN_FILES = {"name": "nofile", "softLimit": 4096, "hardLimit": 8192}
RUNNING: Json = {
    "portMappings": [{"containerPort": 8080}],
    "stopTimeout": 40,
    "startTimeout": 60,
    "command": ["serve"],
    "entryPoint": ["/run"],
    "user": "1000:1000",
    "workingDirectory": "/app",
    "readonlyRootFilesystem": True,
    "dependsOn": [{"containerName": "nginx", "condition": "START"}],
    "healthCheck": CHECK,
    "logConfiguration": LOG,
    "ulimits": [OPEN_FILES],
    "mountPoints": [{"sourceVolume": "publicauth-tmp", "containerPath": "/tmp"}],
    "linuxParameters": {"capabilities": {"add": [], "drop": ["ALL"]}},
    "environment": [
        {"name": "DB_HOST", "value": "sandbox-publicauth-rds-1.a.eu-west-1.rds.amazonaws.com"},
        {"name": "DB_NAME", "value": "publicauth"},
        {"name": "RUN_MIGRATION", "value": "false"},
        {"name": "JAVA_OPTS", "value": "-Xmx1G -Dhttps.proxyHost=egress.sandbox.pymnt.internal"},
        {"name": "CONNECTION", "value": "ssl=true&sslmode=require"},
        {"name": "LOG_LEVEL", "value": "INFO"},
        {"name": "NEW_PAGES_ENABLED", "value": "false"},
        {"name": "SUBNETS", "value": "subnet-0aaaaaaaaaaaaaaaa"},
        {"name": "REPORTS", "value": "pay-sandbox-reports"},
        {"name": "LOCATIONS_CSV", "value": "/"},
        {"name": "READER_HOST", "value": "a.sandbox.pymnt.internal,b.test"},
        {"name": "LIMIT", "value": "100000000000"},
    ],
    "secrets": [
        {"name": "DB_PASSWORD", "valueFrom": f"{SECRET}:DB_PASSWORD::"},
        {"name": "SENTRY_DSN", "valueFrom": f"{SECRET}:SENTRY_DSN::"},
    ],
}


def release(**changes: Any) -> Json:
    """A release that also changes something, in place of what `RUNNING` says."""
    return task_definition(
        [container(**RUNNING)], [container(**{**RUNNING, "image": RELEASED_IMAGE, **changes})]
    )


def pairs(key: str, **changes: str | None) -> list[Json]:
    """The variables or secrets of `RUNNING` with some changed; None: left out."""
    field = "value" if key == "environment" else "valueFrom"
    values = {each["name"]: each[field] for each in RUNNING[key]} | changes
    return [{"name": name, field: value} for name, value in values.items() if value is not None]


def refusals(refused: Judge, *changes: Json) -> set[str]:
    return found(refused, plan(FARGATE, *changes), stage=Stage.CANARY)
