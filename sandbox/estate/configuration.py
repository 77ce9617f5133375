"""The services' secrets and parameters, and the key that encrypts the secrets."""

import json

from pay.model import Microservice, names
from sandbox.estate.estate_builder import Owner
from sandbox.estate.mistakes import Mistake

NOT_A_SECRET = "not-a-secret"
"""The value of every secret and parameter, which is not a real one."""


def make_configuration(owner: Owner) -> None:
    """Create a secret per service, with a JSON key per variable, and a String per parameter."""
    key = _key_argument(owner)
    for service in owner.services:
        _secret(owner, service, key)
        _parameters(owner, service)


def _key_argument(owner: Owner) -> dict[str, str]:
    """Return the key of the secrets; without one, Secrets Manager uses the key that AWS manages."""
    if Mistake.SECRET_WITHOUT_OWN_KEY in owner.mistakes:
        return {}
    alias = f"alias/{owner.name}-existing-secrets"
    arn = _secrets_key(owner, alias)
    if Mistake.SECRET_WITH_KEY_ALIAS in owner.mistakes:
        arn = f"{arn.rpartition(':')[0]}:{alias}"
    return {"KmsKeyId": arn}


def _secrets_key(owner: Owner, alias: str) -> str:
    kms = owner.client("kms")
    for entry in owner.pages("kms", "list_aliases", "Aliases"):
        if entry["AliasName"] == alias:
            return str(kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"])
    key = kms.create_key(Description=f"Secrets of {owner.name}")["KeyMetadata"]
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    return str(key["Arn"])


def _secret(owner: Owner, service: Microservice, key: dict[str, str]) -> None:
    name = names.secret(owner.name, service.name)
    own = [secret.variable for secret in service.secrets if secret.owner in (None, service.name)]
    owner.unless_there(
        lambda: owner.client("secretsmanager").create_secret(
            Name=name,
            SecretString=json.dumps(dict.fromkeys(own, NOT_A_SECRET)),
            Tags=owner.tags(name),
            **key,
        ),
        "ResourceExistsException",
    )


def _parameters(owner: Owner, service: Microservice) -> None:
    path = names.parameter_path(owner.name, service.name)
    lacks_one = Mistake.MISSING_PARAMETER in owner.mistakes
    for variable in service.parameters[1 if lacks_one else 0 :]:
        owner.client("ssm").put_parameter(
            Name=path + variable, Value=NOT_A_SECRET, Type="String", Overwrite=True
        )
