"""Refuses what a new IAM policy must not allow. A side has its own least-privilege roles from its
first plan, so a new policy has no excuse. Source: PCI DSS v4.0.1, 7.2.5.
"""

from collections.abc import Iterable, Iterator

from pay.catalogue import CATALOGUE
from pay.catalogue.one_off_tasks import SCHEDULED_HTTP
from pay.iam.document import Statement
from pay.iam.grants import Grant, all_but, grants, in_words
from pay.iam.patterns import BOUND_BY, is_open_resource
from pay.iam.policy_arguments import PolicyKind
from pay.identifiers import account_of
from pay.model import Environment, names
from pay.model.rights.tasks import PULL_ACTIONS, pulls_agent

_TAKE_NO_RESOURCE = frozenset(
    {
        "cloudwatch:putmetricdata",
        "ec2:describenetworkinterfaces",
        "ecr:getauthorizationtoken",
        "ecs:discoverpollendpoint",
        "elasticloadbalancing:describeloadbalancers",
        "s3:listallmybuckets",
    }
)
"""Actions that can be allowed on `*` only (AWS's service authorization reference). The stacks use
no others."""

_JOINS_A_NETWORK = frozenset({"ec2:createnetworkinterface", "ec2:deletenetworkinterface"})
"""The actions that Lambda needs on every resource of the account. Source: AWS Lambda developer
guide, "Giving Lambda functions access to resources in an Amazon VPC".
"""


def too_much(
    statements: Iterable[Statement], kind: PolicyKind, environment: Environment, service: str | None
) -> Iterator[str]:
    """Yield in words what the statements allow that no new policy of the environment may.
    `service`: the owner of the stack; None: the stack does not belong to one service.
    """
    for statement in statements:
        if not statement.allows:
            continue
        if statement.negations:
            yield f"allows {all_but(statement)}"
            continue
        refused: dict[str, list[Grant]] = {}
        for grant in grants(statement):
            for why in _reasons(grant, statement, kind, environment, service):
                refused.setdefault(why, []).append(grant)
        for why, together in refused.items():
            yield from (f"allows {text}: {why}" for text in in_words(together))


def _reasons(
    grant: Grant,
    statement: Statement,
    kind: PolicyKind,
    environment: Environment,
    own_service: str | None,
) -> Iterator[str]:
    service, _, verb = grant.action.lower().partition(":")
    if set(service) & set("*?") or not verb:
        yield "every service"
    if why := _why_not_trusted(grant.principal, kind, environment):
        if not _pulls(grant, environment):
            yield why
    if kind is not PolicyKind.IDENTITY:
        return
    if not verb.strip("*?"):
        yield "everything that the service can do"
    if service == "iam" and verb != "passrole":
        yield "a principal that writes IAM gives itself everything"
    # A service that passes a role to a task of its own has the role's rights.
    elif service == "iam" and grant.resource not in _passable(environment, own_service):
        yield "the only roles that a service passes are those of its own one-off tasks"
    if (service, verb) == ("ecs", "runtask") and is_open_resource(grant.resource):
        yield "any task of the cluster"
    metrics_role = environment.metrics.prometheus_write_role_arn
    if service == "sts" and grant.resource != metrics_role:
        yield "the only role that the stacks assume is the one that metrics are written with"
    account = account_of(grant.resource)
    is_wide = is_open_resource(grant.resource) or account is None
    if is_wide and not _is_bound(grant, statement):
        yield "on everything"
    elif _pulls_agent(grant, environment):
        return  # From an account of AWS, which no file names.
    elif account and account not in (environment.account_id, account_of(metrics_role)):
        yield "in an account that the environment's file does not name"


def _why_not_trusted(principal: str, kind: PolicyKind, environment: Environment) -> str | None:
    """Return why a new policy must not admit the principal; None for AWS services and the own
    account.
    """
    type, _, name = principal.partition(":")
    if kind is PolicyKind.IDENTITY or type == "Service":
        return None
    if type != "AWS":
        return "neither an AWS service nor a principal of the own account"
    if set(name) & set("*?"):
        return "anybody"
    if environment.account_id not in (name, account_of(name)):
        return "another account"
    return None


def _pulls(grant: Grant, environment: Environment) -> bool:
    """Return whether a role that the environment's file names pulls images."""
    roles = environment.registry.pulled_by if environment.registry else ()
    is_named = grant.principal.removeprefix("AWS:") in roles
    return is_named and grant.action.lower() in map(str.lower, PULL_ACTIONS)


def _pulls_agent(grant: Grant, environment: Environment) -> bool:
    """Return whether a role of a watched account pulls GuardDuty's agent, from AWS's own."""
    pulls = pulls_agent(environment) if environment.watching else None
    is_pull = grant.action.lower() in map(str.lower, PULL_ACTIONS)
    return pulls is not None and is_pull and grant.resource in pulls.resources


def _passable(environment: Environment, service: str | None) -> frozenset[str]:
    """Return the ARNs of the roles that the service may pass. They are those of the one-off tasks
    that the catalogue lets it start. A stack of no service may pass that of scheduled calls.
    """
    if service is None:
        passable = {names.one_off_execution_role(environment.name, SCHEDULED_HTTP.name)}
    else:
        runs = CATALOGUE[service].task_runs if service in CATALOGUE else ()
        passable = {
            role(environment.name, run.family)
            for run in runs
            for role in (names.one_off_task_role, names.one_off_execution_role)
        }
    return frozenset(f"arn:aws:iam::{environment.account_id}:role/{role}" for role in passable)


def _is_bound(grant: Grant, statement: Statement) -> bool:
    """Return whether a grant on everything is small all the same."""
    action = grant.action.lower()
    if action in _TAKE_NO_RESOURCE:
        return True
    if action in _JOINS_A_NETWORK and grant.resource.endswith(":*/*"):
        return (account_of(grant.resource) or "").isdigit()
    service = action.partition(":")[0]
    if service == "kms" and grant.resource == "*":
        return False  # Keys of every account; those of the own one are `arn:aws:kms:...:key/*`.
    return statement.is_bound_to(BOUND_BY.get(service, ""))
