"""The kind of a stack: the fields of a row of `pay.model.stacks.KINDS`."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum, auto

from pay.model import adoptable
from pay.model.environment.account import Account
from pay.model.environment.environment import Environment, scope_tag
from pay.model.service.microservice import Microservice
from pay.model.stage.stage import Stage
from pay.model.vocabulary import Side

EVERY_STAGE = frozenset(Stage)


class StackScope(StrEnum):
    """A kind has one stack for each of these; the value is the tag that names it."""

    ACCOUNT = "Account"
    ENVIRONMENT = "Environment"
    SERVICE = "Service"


class Turn(IntEnum):
    """The order of an apply: what others look up, sides, their records, then sides that go."""

    ACCOUNT = 0
    PLATFORM = 1
    SIDES = 2
    RECORDS = 3
    OVERVIEW = 4
    """The alarm that composite alarms name."""
    MONITORING = 5
    """Composite alarms, which name alarms of sides. AWS deletes no alarm that is still named."""
    SIDES_THAT_GO = 6
    """The turn of a side's plan that only deletes; not the turn of a kind."""
    LAST = 7


class Loss(StrEnum):
    """The times when a stack may lose a resource."""

    NEVER = "never"
    WITH_ITS_SIDE = "with its side"
    """Once the stage has left the side, and no record leads to it."""
    WHEN_UNUSED = "when unused"
    """Once no service needs it; keys, logs and alarm topics stay."""
    WITH_ITS_TASK = "with its task"
    """Once no service declares the one-off task that needs it; a schedule goes with its call."""
    ANY_TIME = "any time"
    """Nothing in it carries a request or keeps a log."""


class Declaration(Enum):
    """The declaration of a stack's schedules and of the rights of its roles. More of it is an
    ordinary change. A side has the entry of its service in the catalogue instead.
    """

    TASKS = auto()
    """The one-off tasks, migrations and scheduled calls of the catalogue."""
    SLEEP = auto()
    """The table `sleep` of the environment's file."""
    LOAD = auto()
    """The table `load` of the environment's file."""


class Input(StrEnum):
    """An input of a stack beside the code, the catalogue and its owner's file. Its value is the
    keyword argument of the stack's class.
    """

    STAY = "stay"
    """The stay of its service, from the journal."""
    SUPPRESSED = "suppressed"
    """The suppressions of its account on the day of synthesis."""


@dataclass(frozen=True)
class Adoption:
    """The running resources that a kind takes over."""

    addresses: Callable[..., adoptable.Addresses]
    """Called with the environment and the services that the stack serves: one, or all."""
    of_images: bool = False
    """It is called with the images of the services instead."""
    stages: frozenset[Stage] = EVERY_STAGE
    """The stages at which the stack still renders what it took over."""


@dataclass(frozen=True, eq=False)
class StackKind:
    """One row: what all stacks of a kind have in common."""

    name: str
    """The file of its class, `stacks/<name>.py`; unless `ends` says otherwise also the last part of
    the stack's id."""
    scope: StackScope
    holds: str
    """Its content, in words."""
    types: frozenset[str]
    """The resource types that it may hold."""
    ends: str | None = None
    """The last part of the stack's id, if it is not the name."""
    turn: Turn = Turn.LAST
    may_lose: Loss = Loss.NEVER
    side: Side | None = None
    """The side of a service; None if it is not a side."""
    stages: frozenset[Stage] = EVERY_STAGE
    """The stages of its service at which it holds resources."""
    serves_both_segments: bool = False
    """It holds the resources of both segments, so it may name either's."""
    declared_by: Declaration | None = None
    """None: a side, or a kind whose roles may gain no right and that may have no schedule."""
    scheduler_role: Callable[[str], str] | None = None
    """Return the name of the role of its schedules, from the environment's name."""
    inputs: frozenset[Input] = frozenset()
    """Its inputs beside its owner's file."""
    keys: int = 1
    """Its KMS keys, where `types` has them."""
    adoption: Adoption | None = None
    """None: nothing that runs is taken over."""
    says_its_kind: bool = True
    """Its resources carry the tag `Kind`."""
    is_wanted: Callable[[Environment], bool] = lambda environment: True
    """Return whether an environment has it; an account has it when one of its environments wants
    it."""

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        """Return whether several services use one stack."""
        return self.scope is not StackScope.SERVICE

    @property
    def holds_instances(self) -> bool:
        """Return whether the EC2 instances of the legacy cluster are in it."""
        return "aws_autoscaling_group" in self.types

    @property
    def has_one_off_tasks(self) -> bool:
        """Return whether it registers tasks that no service runs."""
        return self.side is None and "aws_ecs_task_definition" in self.types

    @property
    def holds_canaries(self) -> bool:
        """Return whether canaries, their role and what their runs leave are in it."""
        return "aws_synthetics_canary" in self.types

    @property
    def holds_composite_alarms(self) -> bool:
        """Return whether the alarms over both sides of a service are in it."""
        return "aws_cloudwatch_composite_alarm" in self.types

    @property
    def holds_event_rules(self) -> bool:
        """Return whether what EventBridge selects for people is in it."""
        return "aws_cloudwatch_event_rule" in self.types

    @property
    def holds_logs_of_sides(self) -> bool:
        """Return whether log groups that sides look up are in it."""
        return self.turn is Turn.PLATFORM and "aws_cloudwatch_log_group" in self.types

    @property
    def holds_records(self) -> bool:
        """Return whether a change of it moves traffic."""
        return self.turn is Turn.RECORDS

    @property
    def only_watches(self) -> bool:
        """Return whether nothing in it carries a request or starts a task."""
        return self.turn in (Turn.OVERVIEW, Turn.MONITORING)

    @property
    def owner_tag(self) -> str:
        """Return the tag that names the account or the environment."""
        return StackScope.ACCOUNT if self.scope is StackScope.ACCOUNT else StackScope.ENVIRONMENT

    @property
    def naming_tags(self) -> tuple[str, ...]:
        """Return the tags that identify a stack."""
        service = () if self.is_shared else (StackScope.SERVICE.value,)
        return (self.owner_tag, "Stack", *service, *(("Kind",) if self.says_its_kind else ()))

    def stack_id(self, owner: str, service: str | None = None) -> str:
        """Return the id; `owner` is an environment's name or an account's. Without one it is the
        end that all ids of this kind have.
        """
        return "-".join(part for part in (owner, service, self.ends or self.name) if part)

    def tags(
        self, owner: Environment | Account, service: Microservice | None = None
    ) -> dict[str, str]:
        """Return the tags that the provider puts on every resource of a stack."""
        tags = {
            self.owner_tag: owner.name,
            "Stack": self.stack_id(owner.name, service.name if service else None),
            "CardholderData": scope_tag(service.scope if service else None),
            "ManagedBy": "terraform",
            "Production": "true" if owner.production else "false",
        }
        if service:
            tags["Service"] = service.name
        if self.side:
            tags["Side"] = self.side.value
        return tags | ({"Kind": self.name} if self.says_its_kind else {})
