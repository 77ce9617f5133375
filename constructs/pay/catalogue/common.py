"""The variables that services of one runtime share, in one place.

AWS_ACCESS_KEY and AWS_SECRET_KEY are left out on purpose, although Pay's configuration files name
them without a default: the services read them only with a non-standard (local) endpoint, and their
substitution is not strict, so an unset variable is no error. Set to anything, the AWS SDK for Java
would take them as credentials before it asks for the task role's (docs/decisions/0053).
"""

from collections.abc import Mapping

from pay.catalogue import assumptions
from pay.model import Secret

JAVA_PORT = 8080
JAVA_ADMIN_PORT = 8081
NODE_PORT = 9000
TOOLBOX_PORT = 3000
SQUID_PORT = 8080
HEALTH_CHECK_PATH = "/healthcheck"

NO_PROXY = ".{internal_zone},169.254.170.2,localhost,127.0.0.1"
"""What an HTTP proxy is never asked for: internal names, and the address at which ECS hands out the
task's credentials (AWS: ECS developer guide, "Task IAM role")."""

BIND_HOST = "0.0.0.0"
"""On EC2 the NGINX sidecar is in its own network namespace (bridge), so 127.0.0.1, the services'
own default, would not be reachable. What may reach the port is the security group's business."""

SENTRY_DSN = Secret(variable="SENTRY_DSN")
DB_PASSWORD = Secret(variable="DB_PASSWORD")

SQS: Mapping[str, str] = {"AWS_SQS_REGION": "{region}"}
"""For a service that uses a queue."""


def java(heap: str = assumptions.JAVA_HEAP) -> dict[str, str]:
    """For a Dropwizard service."""
    return {
        "ENVIRONMENT": "{environment}",
        "PORT": str(JAVA_PORT),
        "ADMIN_PORT": str(JAVA_ADMIN_PORT),
        "BIND_HOST": BIND_HOST,
        # A service's own calls to others never take the way through a forward proxy.
        "JAVA_OPTS": f"{heap} -Dhttp.nonProxyHosts=*.{{internal_zone}}",
    }


def node(port: int = NODE_PORT) -> dict[str, str]:
    """For an Express service."""
    return {
        "ENVIRONMENT": "{environment}",
        "NODE_ENV": "production",
        "NODE_WORKER_COUNT": assumptions.NODE_WORKER_COUNT,
        "PORT": str(port),
        "BIND_HOST": BIND_HOST,
    }


def database(service: str) -> dict[str, str]:
    """For a service with its own PostgreSQL database; DB_HOST comes from the RDS instance and
    DB_PASSWORD from Secrets Manager.

    Migrations never run at start-up: a one-off task runs them, with RUN_MIGRATION turned on.
    """
    return {
        "DB_NAME": service,
        "DB_USER": service,
        "DB_SSL_OPTION": "ssl=true",
        "RUN_APP": "true",
        "RUN_MIGRATION": "false",
    }
