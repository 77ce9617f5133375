"""Judges the tunnels of a forward proxy by squid's log.

A Network Load Balancer knows connections and resets only. Whether squid could open a tunnel stands
in its log, and both sides write to one log group (docs/decisions/0122). So failed tunnels are
compared with the week before, as the work of queues is, and resets side by side (`errors`).
"""

from pay.model.judging.before import Before, Count, judge_rate
from pay.model.judging.limits import limits_at
from pay.model.judging.part import Part


def judge_tunnels(seen: Count, usual: Before | None, share: float, *, minutes: int) -> Part:
    """Judge the tunnels of both sides together, at Fargate's share of the connections."""
    return judge_rate(seen, usual, limits_at(share), minutes=minutes, tries="tunnels")
