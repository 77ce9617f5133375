"""A Terraform plan as `terraform show -json` writes it (format 1.x): only what the guard and the
review read, and refused where it contradicts itself.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

Values = dict[str, Any]


class _Read(BaseModel):
    """Frozen; unknown keys are ignored, because every Terraform release adds some."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)


class Verb(StrEnum):
    """What Terraform will do to a resource."""

    NO_OP = "no-op"
    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    FORGET = "forget"


_VERBS: dict[tuple[str, ...], Verb] = {
    ("no-op",): Verb.NO_OP,
    ("read",): Verb.READ,
    ("create",): Verb.CREATE,
    ("update",): Verb.UPDATE,
    ("delete",): Verb.DELETE,
    ("forget",): Verb.FORGET,
    ("delete", "create"): Verb.REPLACE,
    ("create", "delete"): Verb.REPLACE,
    ("create", "forget"): Verb.REPLACE,
    ("forget", "create"): Verb.REPLACE,
}

_DATA_ADDRESS = re.compile(r"(module\.[^.\[]+(\[[^\]]*\])?\.)*data\.")
"""`data.aws_vpc.vpc`, in the root module or below."""

_HAS_BEFORE = {Verb.NO_OP, Verb.UPDATE, Verb.DELETE, Verb.REPLACE, Verb.FORGET}
_HAS_AFTER = {Verb.NO_OP, Verb.CREATE, Verb.UPDATE, Verb.REPLACE}


class Change(_Read):
    """One resource before and after."""

    actions: tuple[str, ...]
    before: Values | None = None
    after: Values | None = None
    after_unknown: Values | StrictBool = False
    """Where a value is known only after apply: the shape of `after` with `true` at its leaves."""
    before_sensitive: Values | StrictBool = False
    after_sensitive: Values | StrictBool = False
    replace_paths: tuple[tuple[str | int, ...], ...] = ()
    """The attributes that force a replacement."""
    importing: Values | None = None

    @property
    def verb(self) -> Verb:
        return _VERBS[self.actions]

    @model_validator(mode="after")
    def _agrees_with_its_actions(self) -> Self:
        if self.actions not in _VERBS:
            known = "; ".join(", ".join(actions) for actions in _VERBS)
            raise ValueError(f"actions: found {', '.join(self.actions) or 'none'}; known: {known}")
        if self.verb is Verb.READ:
            return self
        for name, values, needed in (
            ("before", self.before, self.verb in _HAS_BEFORE),
            ("after", self.after, self.verb in _HAS_AFTER),
        ):
            if needed != (values is not None):
                raise ValueError(
                    f"{name}: a change of {'/'.join(self.actions)} "
                    + (f"needs values {name} it" if needed else f"has no values {name} it")
                )
        if self.verb is Verb.NO_OP and self.before != self.after:
            raise ValueError("the action is no-op, but before and after differ")
        return self


class ResourceChange(_Read):
    """A resource of the stack and what happens to it."""

    address: str = Field(min_length=1)
    mode: Literal["managed", "data"]
    type: str = Field(min_length=1)
    change: Change
    previous_address: str | None = None

    @property
    def verb(self) -> Verb:
        return self.change.verb

    @property
    def is_managed(self) -> bool:
        return self.mode == "managed"

    @property
    def moves(self) -> bool:
        """Whether apply does something to it."""
        return self.verb not in (Verb.NO_OP, Verb.READ)

    @property
    def goes(self) -> bool:
        """Whether the object that exists now is destroyed, replaced or no longer managed."""
        return self.verb in (Verb.DELETE, Verb.REPLACE, Verb.FORGET)

    @model_validator(mode="after")
    def _mode_is_the_addresses(self) -> Self:
        if (self.mode == "data") != (_DATA_ADDRESS.match(self.address) is not None):
            raise ValueError(f"mode is {self.mode}, which contradicts the address {self.address}")
        return self


class StateResource(_Read):
    address: str
    mode: str
    type: str
    values: Values = {}


class Module(_Read):
    resources: tuple[StateResource, ...] = ()
    child_modules: tuple["Module", ...] = ()

    def every_resource(self) -> Iterator[StateResource]:
        yield from self.resources
        for module in self.child_modules:
            yield from module.every_resource()


class StateValues(_Read):
    root_module: Module = Module()


class PriorState(_Read):
    values: StateValues = StateValues()


class ConfiguredResource(_Read):
    """A resource block as written, before values are known."""

    address: str
    depends_on: tuple[str, ...] = ()
    expressions: Values = {}


class RootModule(_Read):
    resources: tuple[ConfiguredResource, ...] = ()


class Configuration(_Read):
    provider_config: dict[str, Values] = {}
    root_module: RootModule = RootModule()


class CheckProblem(_Read):
    message: str = ""


class CheckInstance(_Read):
    problems: tuple[CheckProblem, ...] = ()


class CheckAddress(_Read):
    to_display: str = ""


class Check(_Read):
    """A `check` block, a precondition or a postcondition with its result."""

    address: CheckAddress
    status: str
    instances: tuple[CheckInstance, ...] = ()


class Plan(_Read):
    """What one `terraform plan` found and will do."""

    planned_values: StateValues
    configuration: Configuration
    prior_state: PriorState = PriorState()
    resource_changes: tuple[ResourceChange, ...] = ()
    resource_drift: tuple[ResourceChange, ...] = ()
    deferred_changes: tuple[Values, ...] = ()
    checks: tuple[Check, ...] = ()
    complete: bool = True
    """False when `-target` or a deferred change left something out."""
    errored: bool = False

    @property
    def managed(self) -> tuple[ResourceChange, ...]:
        """Every resource that the stack manages, changed or not."""
        return tuple(change for change in self.resource_changes if change.is_managed)

    @property
    def moving(self) -> tuple[ResourceChange, ...]:
        """Every managed resource that apply does something to."""
        return tuple(change for change in self.managed if change.moves)

    @model_validator(mode="after")
    def _lists_every_resource(self) -> Self:
        """A whole plan names each managed resource among its changes, the unchanged ones too; one
        that is missing there could change unseen.
        """
        if not self.complete or self.errored:
            return self
        listed = {change.address for change in self.managed} | {
            change.previous_address for change in self.managed
        }
        known = {
            resource.address
            for values in (self.prior_state.values, self.planned_values)
            for resource in values.root_module.every_resource()
            if resource.mode != "data"
        }
        if missing := sorted(known - listed):
            raise ValueError(f"resource_changes leaves out {', '.join(missing)}")
        return self
