"""Detects the credentials for a person's plan: the shell's, or the sandbox of this checkout."""

import os
from collections.abc import Mapping

from pay.model import Environment
from sandbox.server.server_record import running
from sandbox.variables import whole_environment
from toolchain.environment import tool_environment

_CREDENTIALS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
"""Any of them gives the shell an account of its own, so this checkout's sandbox must not answer
instead. Source: AWS SDKs and Tools reference guide, "Environment variables list".
"""


def variables_for(environment: Environment) -> tuple[Mapping[str, str], str]:
    """Return the variables of programs that plan an environment, and the place in words.

    The shell decides. Where it names no credentials, the running sandbox of the environment's
    account is the place, if there is one.
    """
    server = None if any(map(os.environ.get, _CREDENTIALS)) else running()
    if server and server.settings.account_id == environment.account_id:
        return whole_environment(server), f"in the sandbox at {server.endpoint}"
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    where = f"at {endpoint}" if endpoint else f"in account {environment.account_id}"
    return tool_environment(), where
