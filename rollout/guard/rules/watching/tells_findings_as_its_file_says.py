"""A watched account reports its findings as its file says. Each rule of EventBridge selects what it
should, is on, and has its target. The target names the topic of its level, says what a person
needs, and keeps what it could not send. A rule that selects less, or a text that names another
field, would fall silent without an error. A rule is deleted only with the findings that it reports.
"""

from collections.abc import Callable, Iterator, Mapping

from pay.json_text import parsed
from pay.model import names
from pay.model.environment.account import Account, accounts
from pay.unread import Unread
from pay.watching.ways import LONGEST_SECONDS, RETRIES, Route, routes
from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.schedules import shown, words
from rollout.plans.plan import PAST, Plan, ResourceChange
from rollout.plans.read import StackPlan
from rollout.plans.references import refers_to_own
from rollout.plans.values import Path, dig

DO = "write it in the table `watching` of the environment's file, which the stack renders"
KEEP = "keep it as long as the file names what it tells"

_TRANSFORMER: Path = ("input_transformer", 0)
_DEAD_LETTERS: Path = ("dead_letter_config", 0, "arn")
_RETRY: Path = ("retry_policy", 0)

RouteCheck = Callable[[Plan, ResourceChange, Route, Account], Iterator[str]]


def check(plan: StackPlan, context: Context) -> Findings:
    if not plan.stack.kind.holds_event_rules:
        return
    own = [a for a in accounts(context.environments.values()) if a.name == plan.stack.owner]
    for account in own:
        wanted = {names.finding_rule(account.name, each.name): each for each in routes(account)}
        for change in plan.plan.moving:
            if change.type in _CHECKS:
                yield from _against(plan.plan, change, account, wanted)


def _against(
    plan: Plan, change: ResourceChange, account: Account, wanted: Mapping[str, Route]
) -> Findings:
    key, wrong = _CHECKS[change.type]
    before, after = (str(values.get(key)) for values in (change.before, change.after))
    if change.goes and before in wanted:
        yield GuardFinding(
            change.address, f"{before} is {PAST[change.verb]}: it tells findings", KEEP
        )
    if change.is_removed:
        return
    if after not in wanted:
        yield GuardFinding(change.address, f"the file wants no rule {after}", DO)
        return
    for text in wrong(plan, change, wanted[after], account):
        yield GuardFinding(change.address, text, DO)


def _rule(plan: Plan, change: ResourceChange, route: Route, account: Account) -> Iterator[str]:
    pattern: Path = ("event_pattern",)
    try:
        selects = None if change.is_unknown(*pattern) else parsed(dig(change.after, *pattern))
    except Unread:
        selects = None
    if selects != route.pattern:
        yield f"event_pattern is {words(change, pattern)}, not {route.event_pattern}"
    if change.is_unknown("state") or change.after.get("state") != route.state:
        yield f"state is {words(change, ('state',))}, not {route.state}"


def _target(plan: Plan, change: ResourceChange, route: Route, account: Account) -> Iterator[str]:
    assert account.watching is not None
    wanted: dict[Path, object] = {
        ("arn",): account.arn("sns", account.watching.topics.of(route.level)),
        (*_TRANSFORMER, "input_paths"): dict(route.message.paths),
        (*_TRANSFORMER, "input_template"): route.message.template,
        (*_RETRY, "maximum_event_age_in_seconds"): LONGEST_SECONDS,
        (*_RETRY, "maximum_retry_attempts"): RETRIES,
    }
    for path, value in wanted.items():
        if change.is_unknown(*path) or dig(change.after, *path) != value:
            yield f"{shown(path)} is {words(change, path)}, not {value}"
    queue = names.finding_dead_letters(account.name)
    if change.is_unknown(*_DEAD_LETTERS):
        is_kept = refers_to_own(plan, change, _DEAD_LETTERS, "aws_sqs_queue", "name", (queue,))
    else:
        is_kept = dig(change.after, *_DEAD_LETTERS) == account.arn("sqs", queue)
    if not is_kept:
        yield f"{shown(_DEAD_LETTERS)} is {words(change, _DEAD_LETTERS)}, not {queue}"


_CHECKS: Mapping[str, tuple[str, RouteCheck]] = {
    "aws_cloudwatch_event_rule": ("name", _rule),
    "aws_cloudwatch_event_target": ("rule", _target),
}
"""Type -> the attribute with the rule's name, and what is wrong with it."""
