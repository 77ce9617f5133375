"""The existing secrets and parameters of a microservice: references, never values."""

from cdktf import TerraformLocal
from constructs import Construct

from imports.aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
from imports.aws.data_aws_ssm_parameters_by_path import DataAwsSsmParametersByPath
from pay.catalogue.runtimes import SQUID_CONFIG
from pay.existing.contract import contract
from pay.existing.proxy import keeps_tunnels_open
from pay.model import Environment, Microservice, names


def existing_secret(scope: Construct, id: str, name: str) -> DataAwsSecretsmanagerSecret:
    """Look up a secret, and hold its key to what a policy can name."""
    return DataAwsSecretsmanagerSecret(
        scope,
        id,
        name=name,
        lifecycle=contract(
            # Secrets Manager takes an alias's ARN, too, but a policy that has one as resource
            # grants nothing (AWS: KMS developer guide, "Use aliases to control access to KMS
            # keys"): tasks would not start.
            (
                'can(regex(":key/", self.kms_key_id))',
                f"The secret {name} needs the ARN of a customer key: found "
                '${coalesce(self.kms_key_id, "none")}. Check its KMS key (PCI DSS v4.0.1, '
                "3.6.1).",
            )
        ),
    )


class ExistingConfiguration:
    """The ARN of each secret and parameter of a microservice, and of all that a role must read."""

    def __init__(
        self, scope: Construct, environment: Environment, service: Microservice, ids: str = ""
    ) -> None:
        """`ids`: what the ids of the lookups begin with, in a stack of several services."""
        self._scope = scope
        self._ids = ids
        self._environment = environment
        self._service = service
        self.secret_arns: list[str] = []
        """The secrets that the execution role may read."""
        self.secret_key_arns: list[str] = []
        """The KMS keys that encrypt them."""
        self.parameter_arns: list[str] = []
        """The parameters that the execution role may read."""
        self.value_from: dict[str, str] = {}
        """Variable name -> the ARN that ECS reads its value from when a task starts."""
        self._look_up_secrets()
        self._look_up_parameters()

    def _look_up_secrets(self) -> None:
        variables_by_secret: dict[str | None, list[str]] = {}
        for secret in self._service.secrets:
            variables_by_secret.setdefault(secret.shared, []).append(secret.variable)
        for shared, variables in variables_by_secret.items():
            existing = self._shared(shared) if shared else self._own()
            arn = existing.arn
            self.secret_arns.append(arn)
            self.secret_key_arns.append(existing.kms_key_id)
            # AWS: ECS developer guide, "Pass Secrets Manager secrets": secret-arn:json-key:
            # version-stage:version-id, the last two empty for the current version.
            self.value_from |= {variable: f"{arn}:{variable}::" for variable in variables}

    def _own(self) -> DataAwsSecretsmanagerSecret:
        service = self._service.name
        return self._secret(f"{service}_secret", names.secret(self._environment.name, service))

    def _shared(self, shared: str) -> DataAwsSecretsmanagerSecret:
        """Look it up once, in a stack of several services, too."""
        key = f"shared_{shared}_secret"
        known = self._scope.node.try_find_child(_id(key))
        if isinstance(known, DataAwsSecretsmanagerSecret):
            return known
        return self._secret(key, names.shared_secret(self._environment.name, shared))

    def _secret(self, key: str, name: str) -> DataAwsSecretsmanagerSecret:
        return existing_secret(self._scope, _id(key), name)

    def _look_up_parameters(self) -> None:
        if not self._service.parameters:
            return
        path = names.parameter_path(self._environment.name, self._service.name)
        required = [f"{path}{variable}" for variable in self._service.parameters]
        local = f"{self._ids}required_parameters"
        TerraformLocal(self._scope, local, required)
        missing = f"setsubtract(local.{local}, self.names)"
        DataAwsSsmParametersByPath(
            self._scope,
            f"{self._ids}parameters",
            path=path.rstrip("/"),
            with_decryption=False,
            lifecycle=contract(
                (
                    f"length({missing}) == 0",
                    f'Parameter Store lacks ${{join(", ", {missing})}}. Create each as a String, '
                    "or a task cannot start.",
                ),
                *(
                    [keeps_tunnels_open(self._service, f"{path}{SQUID_CONFIG}")]
                    if self._service.is_proxy
                    else []
                ),
            ),
        )
        for variable, name in zip(self._service.parameters, required, strict=True):
            arn = self._environment.arn("ssm", f"parameter{name}")
            self.parameter_arns.append(arn)
            self.value_from[variable] = arn


def _id(key: str) -> str:
    return key.replace("-", "_")
