"""EC2: tags of launch templates, interfaces of terminated instances, and the order of lists.

moto 5.2 copies the tags of a launch template into the template's data. AWS's data has only the tags
of the resources that it launches. Terraform then plans to remove the others at every run.

moto does not show tags that are added later, and keeps the network interfaces of terminated
instances. It lists in the order of creation, where AWS promises none
(hashicorp/terraform-provider-aws#31370).
"""

from collections import Counter
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate

from sandbox.aws.patching import Original, extends


@extends(EC2Backend)
def create_launch_template(
    self: EC2Backend, create: Original, name: str, description: str, data: dict[str, Any], tags: Any
) -> Any:
    for_launches = [
        specification
        for specification in data.pop("TagSpecifications", [])
        if specification["ResourceType"] != "launch-template"
    ]
    if for_launches:
        data["TagSpecifications"] = for_launches
    return create(self, name, description, data, tags)


# The present tags, not those from the creation of the launch template.
LaunchTemplate.tags = property(  # type: ignore[assignment]
    LaunchTemplate.get_tags, lambda self, tags: None
)


@extends(Instance)
def terminate(self: Instance, end: Original) -> Any:
    """Delete the network interfaces together with the instance."""
    interfaces = [interface.id for interface in self.nics.values()]
    state = end(self)
    for interface_id in interfaces:
        self.ec2_backend.enis.pop(interface_id, None)
    return state


_asked: Counter[str] = Counter()
"""Request -> the number of times that it was received."""


def _in_another_order(self: EC2Backend, describe: Original, *ids: Any, **filters: Any) -> list[Any]:
    """Reverse every second answer to the same request."""
    question = repr((describe, self.account_id, ids, filters))
    _asked[question] += 1
    answer: list[Any] = describe(self, *ids, **filters)
    return answer if _asked[question] % 2 else answer[::-1]


for _list in ("describe_route_tables", "describe_security_groups", "describe_subnets"):
    extends(EC2Backend, _list)(_in_another_order)
