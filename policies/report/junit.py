"""JUnit XML: a suite per stack, a case per rule and resource."""

from collections import defaultdict
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from policies.engine.verdict import GateVerdict


def as_junit(verdicts: list[GateVerdict]) -> str:
    suites = Element("testsuites", name="PCI gate")
    for verdict in verdicts:
        cases = defaultdict(list)
        for result in sorted(verdict.results, key=lambda r: (r.stack, r.rule, r.address)):
            name = f"{result.address} (plan)" if result.source == "plan" else result.address
            case = Element("testcase", classname=result.rule, name=name)
            if result.outcome == "failed":
                failure = SubElement(case, "failure", message=verdict.message(result))
                failure.text = f"{result.file}:{result.first_line}"
            elif result.outcome == "waived":
                SubElement(case, "skipped", message=result.waiver or "")
            cases[result.stack].append(case)
        for each in verdict.problems:
            case = Element("testcase", classname=each.kind, name=each.where)
            SubElement(case, "failure", message=each.what)
            cases["the gate reads everything"].append(case)
        for title, listed in cases.items():
            suite = SubElement(suites, "testsuite", name=title, tests=str(len(listed)))
            suite.set("failures", str(len([c for c in listed if c.find("failure") is not None])))
            suite.set("skipped", str(len([c for c in listed if c.find("skipped") is not None])))
            suite.extend(listed)
    indent(suites)
    return tostring(suites, encoding="unicode", xml_declaration=True) + "\n"
