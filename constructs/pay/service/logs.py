"""The log groups that the containers of a side write to."""

from pay.model import Side, names
from pay.model.side import ServiceSide


class LogGroups:
    """One log group a container. The platform's stack holds them, so that they outlive a side."""

    def __init__(self, side: ServiceSide) -> None:
        self.names = {part.name: side.log_group(part.log_kind) for part in side.service.containers}
        """Container name -> log group name."""
        groups = list(self.names.values())
        if side.side is Side.FARGATE:
            # Until the next deployment, tasks still write to the former groups: a proxy's shared
            # ones, and the side's own.
            shared = [
                names.log_group(side.environment.name, part.log_kind, side.service.name)
                for part in side.service.containers
            ]
            groups += [name for name in shared if name not in groups]
            groups += [f"{name}_FG" for name in shared]
        self.arns = [side.environment.arn("logs", f"log-group:{name}") for name in groups]
