"""A canary moves to a runtime that takes it. AWS creates none on a deprecated runtime, and takes a
new one only together with code. From 13.1 on it answers the module names of the scripts. Source:
CloudWatch user guide, "Runtime versions using Node.js and Puppeteer" and "CloudWatch Synthetics
runtime support policy". An apply would fail halfway, or every run afterwards.
"""

import re

from rollout.guard.rule import Context, Findings, GuardFinding
from rollout.guard.traffic_changes import CANARY
from rollout.plans.plan import ResourceChange, Verb
from rollout.plans.read import StackPlan

_RUNTIME = re.compile(r"syn-nodejs-puppeteer-(\d+)\.(\d+)")
FIRST = (13, 1)

Version = tuple[int, int]


def check(plan: StackPlan, context: Context) -> Findings:
    for change in plan.plan.written(CANARY):
        before, after = (v.get("runtime_version") for v in (change.before, change.after))
        if before == after:
            continue
        if problem := _problem(change, before, after):
            yield GuardFinding(
                change.address,
                f"runtime_version becomes {after}: {problem}",
                "name a runtime that AWS lists without a deprecation date "
                "(aws synthetics describe-runtime-versions)",
            )


def _problem(change: ResourceChange, before: object, after: object) -> str | None:
    version = _version(after)
    if change.is_unknown("runtime_version") or version is None:
        return "the scripts need Node.js and Puppeteer"
    if version < FIRST:
        return f"the scripts need syn-nodejs-puppeteer-{FIRST[0]}.{FIRST[1]} or later"
    if (old := _version(before)) and version < old:
        return f"it is older than {before}"
    has_code = change.before.get("zip_file") != change.after.get("zip_file")
    if change.verb is Verb.UPDATE and not has_code and not change.is_unknown("zip_file"):
        return "AWS takes it only together with code, and zip_file stays"
    return None


def _version(runtime: object) -> Version | None:
    matched = _RUNTIME.fullmatch(str(runtime))
    return (int(matched[1]), int(matched[2])) if matched else None
