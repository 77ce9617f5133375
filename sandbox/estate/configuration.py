"""The services' secrets and parameters, and the key that encrypts the secrets."""

import json
from base64 import b64encode
from collections import defaultdict

from pay.model import Microservice, names
from pay.model.environment.load import API_TOKEN
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake
from sandbox.shop.shop import SANDBOX, TOKEN, secret_values

NOT_A_SECRET = "not-a-secret"
"""The value of every secret, and of every parameter that no lookup reads. It is not a real one."""

SQUID_OWN_SHUTDOWN_SECONDS = 30
"""squid.conf, "shutdown_lifetime"."""


def make_configuration(owner: Owner) -> None:
    """Create the secrets, with a JSON key per variable, and a String per parameter."""
    lacks_one = Mistake.MISSING_PARAMETER in owner.mistakes
    key = _key_argument(owner)
    for name, variables in _secrets(owner).items():
        value = json.dumps(dict.fromkeys(sorted(variables), NOT_A_SECRET))
        settings = {"Name": name, "SecretString": value, "Tags": owner.tags(name), **key}
        owner.create("secretsmanager", "create_secret", **settings)
    if smoke := owner.environment.smoke:
        value = json.dumps(secret_values(owner.environment.dns.public_zone))
        settings = {
            "Name": smoke.secret_name,
            "SecretString": value,
            "Tags": owner.tags(smoke.secret_name),
        }
        owner.create("secretsmanager", "create_secret", **settings, **key)
    if load := owner.environment.load:
        value = json.dumps({API_TOKEN: TOKEN + SANDBOX})
        settings = {
            "Name": load.secret_name,
            "SecretString": value,
            "Tags": owner.tags(load.secret_name),
        }
        owner.create("secretsmanager", "create_secret", **settings, **key)
    for service in owner.services:
        path = names.parameter_path(owner.name, service.name)
        for variable in service.parameters[1 if lacks_one else 0 :]:
            value = _squid_config(owner, service) if service.is_proxy else NOT_A_SECRET
            owner.client("ssm").put_parameter(
                Name=path + variable, Value=value, Type="String", Overwrite=True
            )


def _secrets(owner: Owner) -> dict[str, set[str]]:
    """Map the name of each secret to its keys: one per service, and one per set of shared keys."""
    secrets: dict[str, set[str]] = defaultdict(set)
    for service in owner.services:
        own = names.secret(owner.name, service.name)
        secrets[own] |= set()
        for secret in service.secrets:
            shared = secret.shared and names.shared_secret(owner.name, secret.shared)
            secrets[shared or own].add(secret.variable)
    return secrets


def _squid_config(owner: Owner, service: Microservice) -> str:
    """Return the part of a proxy's configuration that a lookup reads, in base64."""
    own = Mistake.SQUID_CUTS_TUNNELS in owner.mistakes
    seconds = SQUID_OWN_SHUTDOWN_SECONDS if own else service.timing.shutdown_seconds
    text = f"http_port {service.container_port}\nshutdown_lifetime {seconds} seconds\n"
    return b64encode(text.encode()).decode()


def _key_argument(owner: Owner) -> dict[str, str]:
    """Return the key of the secrets; without one, Secrets Manager uses the key that AWS manages."""
    if Mistake.SECRET_WITHOUT_OWN_KEY in owner.mistakes:
        return {}
    alias = f"alias/{owner.name}-existing-secrets"
    arn = owner.key(alias)
    if Mistake.SECRET_WITH_KEY_ALIAS in owner.mistakes:
        arn = f"{arn.rpartition(':')[0]}:{alias}"
    return {"KmsKeyId": arn}
