"""A Terraform plan as `terraform show -json` writes it (format 1.x): only what the guard and the
review read. A plan that contradicts itself is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import AliasPath, BaseModel, ConfigDict, Field, StrictBool, model_validator

from rollout.plans.values import Path, is_marked, marks_at, same

Values = dict[str, Any]


class _Read(BaseModel):
    """Frozen; unknown keys are ignored, because every Terraform release adds some."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Verb(StrEnum):
    """The action of Terraform on a resource."""

    NO_OP = "no-op"
    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    FORGET = "forget"


PAST = {
    Verb.CREATE: "created",
    Verb.UPDATE: "changed in place",
    Verb.REPLACE: "replaced",
    Verb.DELETE: "destroyed",
    Verb.FORGET: "no longer managed",
}
"""The action on a resource, in words."""

_REPLACEMENTS = ("delete create", "create delete", "create forget", "forget create")
_VERBS = {(verb.value,): verb for verb in Verb if verb is not Verb.REPLACE} | {
    tuple(actions.split()): Verb.REPLACE for actions in _REPLACEMENTS
}

_DATA_ADDRESS = re.compile(r"(module\.[^.\[]+(\[[^\]]*\])?\.)*data\.")
"""`data.aws_vpc.vpc`, in the root module or below."""

_HAS_BEFORE = {Verb.NO_OP, Verb.UPDATE, Verb.DELETE, Verb.REPLACE, Verb.FORGET}
_HAS_AFTER = {Verb.NO_OP, Verb.CREATE, Verb.UPDATE, Verb.REPLACE}


@dataclass(frozen=True)
class AttributeChange:
    """One attribute that a change touches."""

    path: Path
    before: Any
    after: Any
    is_unknown: bool
    """Known only after apply."""
    is_sensitive: bool

    @property
    def name(self) -> str:
        """Return `alias[0].name`, as Terraform writes it."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return "".join(steps).removeprefix(".")


class Change(_Read):
    """One resource before and after."""

    actions: tuple[str, ...]
    before: Values | None = None
    after: Values | None = None
    after_unknown: Values | StrictBool = False
    """The shape of `after`, with `true` at the leaves whose value is known only after apply."""
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
    def before(self) -> Values:
        """Return the values now; empty for a resource that does not exist."""
        return self.change.before or {}

    @property
    def after(self) -> Values:
        """Return the values after apply; empty for a resource that is deleted."""
        return self.change.after or {}

    @property
    def moves(self) -> bool:
        """Return whether apply does something to it."""
        return self.verb not in (Verb.NO_OP, Verb.READ)

    @property
    def goes(self) -> bool:
        """Return whether the object that exists now is destroyed, replaced or no longer managed."""
        return self.is_removed or self.verb is Verb.REPLACE

    @property
    def is_removed(self) -> bool:
        """Return whether nothing takes the place of the object that exists now."""
        return self.verb in (Verb.DELETE, Verb.FORGET)

    @property
    def is_left_behind(self) -> bool:
        """Return whether the object that exists now stays in AWS, where no plan shows it again."""
        return Verb.FORGET in self.change.actions

    @property
    def because(self) -> str:
        """Return ` because of image` for a replacement that an attribute forces; else empty."""
        forced = sorted({str(path[0]) for path in self.change.replace_paths if path})
        return f" because of {', '.join(forced)}" if forced else ""

    def is_unknown(self, *path: str | int) -> bool:
        """Return whether any part of the value at `path` is known only after apply."""
        return is_marked(self.change.after_unknown, *path)

    def is_sensitive(self, *path: str | int) -> bool:
        """Return whether any part of the value at `path` is sensitive, before or after."""
        sensitive = (self.change.before_sensitive, self.change.after_sensitive)
        return any(is_marked(marks, *path) for marks in sensitive)

    def attributes(self) -> Iterator[AttributeChange]:
        """Yield the attributes that differ in meaning, as deep as both sides have one shape."""
        yield from self._differences((), self.before, self.after)

    def _differences(self, path: Path, before: Any, after: Any) -> Iterator[AttributeChange]:
        unknown = self.is_unknown(*path)
        if not unknown and same(before, after):
            return
        if isinstance(before, dict) and isinstance(after, dict):
            marks = marks_at(self.change.after_unknown, path)
            for key in sorted({*before, *after, *(marks if isinstance(marks, dict) else ())}):
                yield from self._differences((*path, key), before.get(key), after.get(key))
        elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after) > 0:
            for index, (old, new) in enumerate(zip(before, after, strict=True)):
                yield from self._differences((*path, index), old, new)
        else:
            yield AttributeChange(path, before, after, unknown, self.is_sensitive(*path))

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
    sensitive_values: Values | StrictBool = {}


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


class CheckInstance(_Read):
    problems: tuple[Values, ...] = ()


class Check(_Read):
    """A `check` block, a precondition or a postcondition with its result."""

    name: str = Field(validation_alias=AliasPath("address", "to_display"))
    status: str
    instances: tuple[CheckInstance, ...] = ()

    @property
    def messages(self) -> list[str]:
        """Return the checks that do not hold, in the words of the configuration."""
        problems = [problem for instance in self.instances for problem in instance.problems]
        return [str(problem["message"]) for problem in problems if problem.get("message")]


class Plan(_Read):
    """The result of one `terraform plan`."""

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
    applyable: bool = True
    """False when there is nothing to do, or when Terraform would refuse to apply the plan."""

    @property
    def managed(self) -> tuple[ResourceChange, ...]:
        """Return every resource that the stack manages, changed or not."""
        return tuple(change for change in self.resource_changes if change.mode == "managed")

    @property
    def moving(self) -> tuple[ResourceChange, ...]:
        """Return every managed resource that apply does something to."""
        return tuple(change for change in self.managed if change.moves)

    def written(self, type: str) -> Iterator[ResourceChange]:
        """Yield the moving resources of a type that exist after apply."""
        return (c for c in self.moving if c.type == type and not c.is_removed)

    @model_validator(mode="after")
    def _lists_every_resource(self) -> Self:
        """Detect a managed resource without an entry among the changes, which could change unseen.
        A whole plan has one for each, the unchanged ones too.
        """
        if not self.complete or self.errored:
            return self
        listed = {a for change in self.managed for a in (change.address, change.previous_address)}
        known = {
            resource.address
            for values in (self.prior_state.values, self.planned_values)
            for resource in values.root_module.every_resource()
            if resource.mode != "data"
        }
        if missing := sorted(known - listed):
            raise ValueError(f"resource_changes leaves out {', '.join(missing)}")
        return self
