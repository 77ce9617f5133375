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
            # Secrets Manager also accepts an alias's ARN. But a policy with an alias as resource
            # grants nothing, and tasks would not start. AWS: KMS developer guide, "Use aliases to
            # control access to KMS keys".
            (
                'can(regex(":key/", self.kms_key_id))',
                f"The secret {name} needs the ARN of a customer key: found "
                '${coalesce(self.kms_key_id, "none")}. Check its KMS key (PCI DSS v4.0.1, '
                "3.6.1).",
            )
        ),
    )


class SharedSecrets:
    """The secrets that services share, each looked up once in a stack."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        self._scope = scope
        self._environment = environment
        self._known: dict[str, DataAwsSecretsmanagerSecret] = {}

    def __getitem__(self, shared: str) -> DataAwsSecretsmanagerSecret:
        if shared not in self._known:
            name = names.shared_secret(self._environment.name, shared)
            self._known[shared] = existing_secret(self._scope, _id(f"shared_{shared}_secret"), name)
        return self._known[shared]


class ExistingConfiguration:
    """The ARN of each secret and parameter of a microservice, and of all that a role must read."""

    def __init__(
        self,
        scope: Construct,
        environment: Environment,
        service: Microservice,
        *,
        shared: SharedSecrets | None = None,
        ids: str = "",
    ) -> None:
        """`shared` is the same for all services of one stack. The ids of a service's other lookups
        begin with `ids`.
        """
        self._scope = scope
        self._ids = ids
        self._environment = environment
        self._service = service
        self._shared = SharedSecrets(scope, environment) if shared is None else shared
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
            existing = self._shared[shared] if shared else self._own()
            arn = existing.arn
            self.secret_arns.append(arn)
            self.secret_key_arns.append(existing.kms_key_id)
            # AWS: ECS developer guide, "Pass Secrets Manager secrets": secret-arn:json-key:
            # version-stage:version-id, the last two empty for the current version.
            self.value_from |= {variable: f"{arn}:{variable}::" for variable in variables}

    def _own(self) -> DataAwsSecretsmanagerSecret:
        service = self._service.name
        name = names.secret(self._environment.name, service)
        return existing_secret(self._scope, _id(f"{service}_secret"), name)

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
