"""The log groups that the containers of a side write to."""

from pay.model import Side
from pay.model.side import ServiceSide


class LogGroups:
    """One log group a container. The platform's stack holds them, so that they outlive a side."""

    def __init__(self, side: ServiceSide) -> None:
        self.names = {part.name: side.log_group(part.log_kind) for part in side.service.containers}
        """Container name -> log group name."""
        # Until the next deployment, Fargate's tasks still write to the groups that the side held.
        former = [f"{name}_FG" for name in self.names.values() if side.side is Side.FARGATE]
        self.arns = [
            side.environment.arn("logs", f"log-group:{name}")
            for name in (*self.names.values(), *former)
        ]
