"""EC2: tags of launch templates, and network interfaces of terminated instances.

moto 5.2 copies the tags of a launch template into the template's data, where AWS has only the tags
of what is launched. Terraform then plans to remove them at every run. moto does not show tags that
are added later, and keeps the network interfaces of terminated instances.
"""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate

from sandbox.aws.patching import replaces

original_create_launch_template = EC2Backend.create_launch_template


@replaces(EC2Backend)
def create_launch_template(
    self: EC2Backend,
    name: str,
    description: str,
    template_data: dict[str, Any],
    tag_spec: dict[str, Any],
) -> LaunchTemplate:
    for_launches = [
        specification
        for specification in template_data.pop("TagSpecifications", [])
        if specification["ResourceType"] != "launch-template"
    ]
    if for_launches:
        template_data["TagSpecifications"] = for_launches
    return original_create_launch_template(self, name, description, template_data, tag_spec)


def _tags(self: LaunchTemplate) -> Any:
    """Return the present tags, not those from the creation of the launch template."""
    return self.get_tags()


LaunchTemplate.tags = property(_tags, lambda self, tags: None)  # type: ignore[assignment]


original_terminate = Instance.terminate


@replaces(Instance)
def terminate(self: Instance) -> Any:
    """Delete the network interfaces together with the instance."""
    interfaces = [interface.id for interface in self.nics.values()]
    state = original_terminate(self)
    for interface_id in interfaces:
        self.ec2_backend.enis.pop(interface_id, None)
    return state
