"""EC2: launch templates, and what is left of a terminated instance.

moto 5.2 puts the tags of a launch template itself into the template's data too, where AWS has only
the tags for what is launched; Terraform then plans to remove them for ever. The tags that a launch
template gets later are not shown. And the network interfaces of terminated instances stay.
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
    """Those of now, not those that the launch template was made with."""
    return self.get_tags()


LaunchTemplate.tags = property(_tags, lambda self, tags: None)  # type: ignore[assignment]


original_terminate = Instance.terminate


@replaces(Instance)
def terminate(self: Instance) -> Any:
    """The primary network interface goes with its instance."""
    interfaces = [interface.id for interface in self.nics.values()]
    state = original_terminate(self)
    for interface_id in interfaces:
        self.ec2_backend.enis.pop(interface_id, None)
    return state
