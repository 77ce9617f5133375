"""`<env>-<service>-ec2`: the legacy side of one microservice."""

from pay.model.stacks import EC2
from pay.service.ec2 import Ec2Service
from stacks.side import SideStack


class Ec2Stack(SideStack):
    kind = EC2
    side_service = Ec2Service
