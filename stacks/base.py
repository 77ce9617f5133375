"""What every stack has: the provider, the backend, the version constraint and the tags."""

from cdktf import LocalBackend, S3Backend, TerraformStack
from constructs import Construct

from imports.aws.provider import AwsProvider, AwsProviderDefaultTags
from pay.environments.adopted import Imports
from pay.model import Environment, Microservice, Side, scope_tag

TERRAFORM_VERSION = ">= 1.10"
"""The first version whose S3 backend locks without a DynamoDB table (`use_lockfile`)."""


class EnvironmentStack(TerraformStack):
    """A stack of one environment, with a Terraform state of its own."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        service: Microservice | None = None,
        side: Side | None = None,
    ) -> None:
        super().__init__(scope, id)
        tags = {
            "Environment": environment.name,
            "Stack": id,
            "CardholderData": scope_tag(service.scope if service else None),
            "ManagedBy": "terraform",
            "Production": "true" if environment.production else "false",
        }
        if service:
            tags["Service"] = service.name
        if side:
            tags["Side"] = side.value
        AwsProvider(
            self,
            "aws",
            region=environment.region,
            allowed_account_ids=[environment.account_id],
            default_tags=[AwsProviderDefaultTags(tags=tags)],
        )
        self._keep_state(id, environment)
        self.add_override("terraform.required_version", TERRAFORM_VERSION)

    def adopt(self, imports: Imports) -> None:
        """Take over what runs already: an `import` block for each address of this stack."""
        if imports:
            self.add_override("import", [{"to": to, "id": id} for to, id in imports.items()])

    def _keep_state(self, id: str, environment: Environment) -> None:
        state = environment.state
        if state.bucket is None:
            # Terraform runs in cdktf.out/stacks/<id>, which synth empties: the state lives outside.
            LocalBackend(self, path=f"../../../.sandbox/state/{id}.tfstate")
            return
        S3Backend(
            self,
            bucket=state.bucket,
            key=f"{environment.name}/{id}.tfstate",
            region=environment.region,
            encrypt=True,
        )
        self.add_override("terraform.backend.s3.use_lockfile", True)
