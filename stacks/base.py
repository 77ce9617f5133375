"""The parts of every stack: provider, backend, version constraint and tags."""

from cdktf import LocalBackend, S3Backend, TerraformStack
from constructs import Construct

from imports.aws.provider import AwsProvider, AwsProviderDefaultTags
from pay.environments.adopted import Imports
from pay.model import Environment, Microservice
from pay.model.environment.account import Account
from pay.model.environment.provider import CONSTRAINTS
from pay.model.stack_kind import StackKind

TERRAFORM_VERSION = ">= 1.10"
"""The first version whose S3 backend locks without a DynamoDB table (`use_lockfile`)."""


class PayStack(TerraformStack):
    """A stack of one kind, with a Terraform state of its own."""

    def __init__(
        self,
        scope: Construct,
        kind: StackKind,
        owner: Environment | Account,
        service: Microservice | None = None,
    ) -> None:
        """`owner`: the account for a kind per account, else the environment."""
        id = kind.stack_id(owner.name, service.name if service else None)
        super().__init__(scope, id)
        AwsProvider(
            self,
            "aws",
            region=owner.region,
            allowed_account_ids=[owner.account_id],
            default_tags=[AwsProviderDefaultTags(tags=kind.tags(owner, service))],
        )
        settings: dict[str, object] = {
            "required_version": TERRAFORM_VERSION,
            "required_providers": {"aws": {"version": CONSTRAINTS[owner.aws_provider]}},
        }
        if owner.state.bucket is None:
            # Terraform runs in cdktf.out/stacks/<id>. Synth empties it, so the state lives outside.
            LocalBackend(self, path=f"../../../.sandbox/state/{id}.tfstate")
        else:
            S3Backend(
                self,
                bucket=owner.state.bucket,
                key=f"{owner.name}/{id}.tfstate",
                region=owner.region,
                encrypt=True,
            )
            settings["backend"] = {"s3": {"use_lockfile": True}}
        self.add_override("terraform", settings)

    def prepare_stack(self) -> None:
        """Do nothing: cdktf would render the stack again to look for references to other stacks.
        There are none, because stacks find each other's resources by name.
        """

    def adopt(self, imports: Imports) -> None:
        """Take over what runs already: an `import` block for each address of this stack."""
        if imports:
            self.add_override("import", [{"to": to, "id": id} for to, id in imports.items()])
