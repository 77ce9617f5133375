"""The direction in which the default version of a launch template may move."""

from rollout.guard.in_place.attribute import InPlace
from rollout.guard.in_place.directions import SafeDirection
from rollout.guard.numbers import number


def _is_the_newest(change: InPlace) -> bool:
    """Return whether the default follows the newest version. It is known only after apply when the
    same change creates that version, which other rules judge. Nobody judges an earlier version
    again.
    """
    newest = number(change.resource.after.get("latest_version"))
    return change.attribute.is_unknown or (newest is not None and number(change.after) == newest)


NEWEST_VERSION = SafeDirection("the newest version", _is_the_newest, minds_unknown=False)
