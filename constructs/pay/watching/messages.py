"""The text of a finding for a person, as lines with fields of the event.

EventBridge puts fields into a text and does nothing else. An absent field is empty, so each line
has to make sense without it. AWS: EventBridge user guide, "Input transformation".
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pay.model.environment.account import Account
from pay.model.watching.accounts import Level

PAGE_TO_READ = "docs/tasks/answer-a-finding.md"

WORDS: Mapping[Level, str] = {Level.PAGE: "HIGH", Level.TICKET: "MEDIUM", Level.WEEKLY: "LOW"}
"""The least severity of a level, as the tools call it."""

_VARIABLE = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Message:
    """One message."""

    lines: tuple[str, ...]
    """Each with `<name>` where a field stands."""
    paths: Mapping[str, str]
    """Name -> JSONPath in the event."""

    def __post_init__(self) -> None:
        used = {name for line in self.lines for name in _VARIABLE.findall(line)}
        if used != self.paths.keys():
            wrong = ", ".join(sorted(used ^ self.paths.keys()))
            raise ValueError(f"found {wrong} in the lines or in the paths; allowed: in both")

    @property
    def template(self) -> str:
        """Return the template: each line in quotes, which a topic receives with them."""
        return "\n".join(json.dumps(line, ensure_ascii=False) for line in self.lines)


def message(
    account: Account, level: Level, what: str, where: str, id: str, paths: Mapping[str, str]
) -> Message:
    """Return what to say of a finding. `what` and `where` are lines, `id` is its path."""
    one = account.environments[0] if len(account.environments) == 1 else "ENVIRONMENT"
    close = "--verdict real|false|drill --minutes N --note TEXT"
    return Message(
        lines=(
            f"{WORDS[level]} in {account.name}: {what}",
            where,
            f"First: {PAGE_TO_READ}",
            f"Then: pay findings close {one} <id> {close}",
        ),
        paths={**paths, "id": id},
    )
