"""The quotas that the sandbox knows and enforces: AWS's defaults, or the values of its settings.

AWS: General Reference, "Service endpoints and quotas", the page of each service; the codes are
those of Service Quotas. moto 5.2 has no quota of ECS and Elastic Load Balancing.
"""

from sandbox.settings import SandboxSettings

SETTINGS = SandboxSettings.from_environment()

FARGATE_VCPUS = "L-3032A538"
LOAD_BALANCERS = {"application": "L-53DA6B97", "network": "L-69A177A2"}
TARGET_GROUPS = "L-B22855CB"

DEFAULTS: dict[str, dict[str, tuple[str, float]]] = {
    # AWS raises the few vCPUs of a new account with its use. This is the value of an account in
    # use, so that a whole environment can be deployed.
    "fargate": {FARGATE_VCPUS: ("Fargate On-Demand vCPU resource count", 4000)},
    "elasticloadbalancing": {
        LOAD_BALANCERS["application"]: ("Application Load Balancers per Region", 50),
        LOAD_BALANCERS["network"]: ("Network Load Balancers per Region", 50),
        TARGET_GROUPS: ("Target Groups per Region", 3000),
    },
    # moto enforces this one (`RulesPerSecurityGroupLimitExceeded`).
    "vpc": {"L-0EA8095F": ("Inbound or outbound rules per security group", 60)},
}
"""Service code -> quota code -> name and default."""


def quota(code: str) -> float:
    """Return the applied value."""
    default = next(quotas[code][1] for quotas in DEFAULTS.values() if code in quotas)
    return SETTINGS.quotas.get(code, default)
