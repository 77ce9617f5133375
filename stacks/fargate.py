"""`<env>-<service>-fargate`: the new side of one microservice."""

from pay.model.stacks import FARGATE
from pay.service.fargate import FargateService
from stacks.side import SideStack


class FargateStack(SideStack):
    kind = FARGATE
    side_service = FargateService
