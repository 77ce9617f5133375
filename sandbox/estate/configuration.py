"""The services' secrets and parameters, and the key that encrypts the secrets."""

import json
from base64 import b64encode

from pay.model import Microservice, names
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake

NOT_A_SECRET = "not-a-secret"
"""The value of every secret, and of every parameter that no lookup reads. It is not a real one."""

SQUID_OWN_SHUTDOWN_SECONDS = 30
"""squid.conf, "shutdown_lifetime"."""


def make_configuration(owner: Owner) -> None:
    """Create a secret per service, with a JSON key per variable, and a String per parameter."""
    key = _key_argument(owner)
    lacks_one = Mistake.MISSING_PARAMETER in owner.mistakes
    for service in owner.services:
        name = names.secret(owner.name, service.name)
        own = [each.variable for each in service.secrets if each.owner in (None, service.name)]
        value = json.dumps(dict.fromkeys(own, NOT_A_SECRET))
        settings = {"Name": name, "SecretString": value, "Tags": owner.tags(name), **key}
        owner.create("secretsmanager", "create_secret", **settings)
        path = names.parameter_path(owner.name, service.name)
        for variable in service.parameters[1 if lacks_one else 0 :]:
            value = _squid_config(owner, service) if service.is_proxy else NOT_A_SECRET
            owner.client("ssm").put_parameter(
                Name=path + variable, Value=value, Type="String", Overwrite=True
            )


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
