"""The keys of a container definition, in the spelling of the ECS API.

The AWS provider reads container definitions without regard to case (Go: `encoding/json`). So
`Privileged` takes effect where every rule looks for `privileged`. In HCL, therefore, any other
spelling than the ECS API's (API reference: `ContainerDefinition`) is refused. A plan already has
the API's spelling.
"""

from collections.abc import Iterator, Mapping
from typing import Any

ANY: Mapping[str, Any] = {}
"""Places without keys of ECS: a single value, a list of them, names that the writer chooses."""


def _only(*keys: str) -> Mapping[str, Any]:
    return dict.fromkeys(keys, ANY)


CONTAINER_DEFINITION: Mapping[str, Any] = {
    **_only("name", "image", "cpu", "memory", "memoryReservation", "links", "essential"),
    **_only("entryPoint", "command", "startTimeout", "stopTimeout", "versionConsistency"),
    **_only("hostname", "user", "workingDirectory", "disableNetworking", "privileged"),
    **_only("readonlyRootFilesystem", "dnsServers", "dnsSearchDomains", "dockerSecurityOptions"),
    **_only("interactive", "pseudoTerminal", "dockerLabels", "credentialSpecs"),
    "repositoryCredentials": _only("credentialsParameter"),
    "portMappings": _only(
        "containerPort", "hostPort", "protocol", "name", "appProtocol", "containerPortRange"
    ),
    "restartPolicy": _only("enabled", "ignoredExitCodes", "restartAttemptPeriod"),
    "environment": _only("name", "value"),
    "environmentFiles": _only("value", "type"),
    "mountPoints": _only("sourceVolume", "containerPath", "readOnly"),
    "volumesFrom": _only("sourceContainer", "readOnly"),
    "linuxParameters": {
        **_only("initProcessEnabled", "sharedMemorySize", "maxSwap", "swappiness"),
        "capabilities": _only("add", "drop"),
        "devices": _only("hostPath", "containerPath", "permissions"),
        "tmpfs": _only("containerPath", "size", "mountOptions"),
    },
    "secrets": _only("name", "valueFrom"),
    "dependsOn": _only("containerName", "condition"),
    "extraHosts": _only("hostname", "ipAddress"),
    "ulimits": _only("name", "softLimit", "hardLimit"),
    "logConfiguration": {
        **_only("logDriver", "options"),
        "secretOptions": _only("name", "valueFrom"),
    },
    "healthCheck": _only("command", "interval", "timeout", "retries", "startPeriod"),
    "systemControls": _only("namespace", "value"),
    "resourceRequirements": {
        **_only("value", "type"),
        "sharingStrategy": {"nvidiaMps": _only("memory", "maxComputePercent")},
    },
    "firelensConfiguration": _only("type", "options"),
}


def unknown_keys(value: Any, known: Mapping[str, Any] = CONTAINER_DEFINITION) -> Iterator[str]:
    """Yield the path of every key whose spelling is not the ECS API's."""
    if known is ANY:
        return
    if isinstance(value, list):
        for each in value:
            yield from unknown_keys(each, known)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in known:
                yield str(key)
            else:
                yield from (f"{key}.{inner}" for inner in unknown_keys(item, known[key]))
