"""JUnit XML: a suite per stack, a case per rule and resource."""

from collections import defaultdict
from xml.etree import ElementTree

from policies.engine.results import Result
from policies.engine.verdict import Verdict


def as_junit(verdicts: list[Verdict]) -> str:
    suites = ElementTree.Element("testsuites", name="PCI gate")
    for verdict in verdicts:
        by_stack: dict[str, list[Result]] = defaultdict(list)
        for result in verdict.results:
            by_stack[result.stack].append(result)
        for stack, results in sorted(by_stack.items()):
            _suite(suites, verdict, stack, results)
        if verdict.problems:
            _problems(suites, verdict)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(
    suites: ElementTree.Element, verdict: Verdict, stack: str, results: list[Result]
) -> None:
    outcomes = [result.outcome for result in results]
    suite = ElementTree.SubElement(
        suites,
        "testsuite",
        name=stack,
        tests=str(len(results)),
        failures=str(outcomes.count("failed")),
        skipped=str(outcomes.count("waived")),
    )
    for result in sorted(results, key=lambda r: (r.rule, r.address)):
        name = f"{result.address} (plan)" if result.source == "plan" else result.address
        case = ElementTree.SubElement(suite, "testcase", classname=result.rule, name=name)
        if result.outcome == "failed":
            where = f"{result.file}:{result.first_line}"
            failure = ElementTree.SubElement(case, "failure", message=verdict.message(result))
            failure.text = where
        elif result.outcome == "waived":
            ElementTree.SubElement(case, "skipped", message=result.waiver or "")


def _problems(suites: ElementTree.Element, verdict: Verdict) -> None:
    count = str(len(verdict.problems))
    suite = ElementTree.SubElement(
        suites, "testsuite", name="the gate reads everything", tests=count, failures=count
    )
    for each in verdict.problems:
        case = ElementTree.SubElement(suite, "testcase", classname=each.kind, name=each.where)
        ElementTree.SubElement(case, "failure", message=each.what)
