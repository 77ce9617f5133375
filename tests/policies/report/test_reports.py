"""The same findings in every output format."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.policies.conftest import DAY, copy_stacks, run_gate
from tests.policies.mutations import CONNECTOR, EGRESS, TASK, Mutation

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Reports:
    """The reports of one run over a refused root."""

    status: int
    table: str
    html: str
    markdown: str
    sarif: dict[str, Any]
    junit: ElementTree.Element


@pytest.fixture(scope="module")
def reports(both_sides: Path, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """A break and a skip in the connector's file; the proxies have a waived finding."""
    folder = tmp_path_factory.mktemp("reports")
    root = copy_stacks(both_sides, folder / "root", CONNECTOR, EGRESS)
    file = root / CONNECTOR / "cdk.tf"
    text = Mutation(
        "", CONNECTOR, TASK, "readonlyRootFilesystem", "readonlyRootFilesystem = false"
    ).apply(file.read_text())
    file.write_text(f"{text}\n# checkov:skip=CKV_AWS_336:no time\n")
    names = {
        "table": "gate.txt",
        "html": "gate.html",
        "markdown": "gate.md",
        "sarif": "gate.sarif",
        "junit": "gate.xml",
    }
    formats = [
        part for form, name in names.items() for part in ("--format", f"{form}={folder / name}")
    ]
    run = run_gate("--root", root, "--on", DAY, "--partial", *formats)
    return Reports(
        status=run.returncode,
        table=(folder / names["table"]).read_text(),
        html=(folder / names["html"]).read_text(),
        markdown=(folder / names["markdown"]).read_text(),
        sarif=json.loads((folder / names["sarif"]).read_text()),
        junit=ElementTree.parse(folder / names["junit"]).getroot(),
    )


def test_the_gate_refuses(reports: Reports) -> None:
    assert reports.status == 1


def test_the_table_says_what_why_where_and_by_which_requirement(reports: Reports) -> None:
    text = " ".join(re.sub(r"[│┃]", " ", reports.table).split())
    assert "containers_cannot_write_to_their_root_file_system" in text
    assert "readonlyRootFilesystem is False" in text
    assert "An attacker inside a container" in text
    assert "(PCI DSS v4.0.1 2.2.6)" in text
    assert "inline skips are refused" in text


def test_sarif_names_rule_file_and_lines_of_each_finding(reports: Reports) -> None:
    assert reports.sarif["version"] == "2.1.0"
    (run,) = reports.sarif["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    failed = [each for each in run["results"] if "suppressions" not in each]
    assert {each["ruleId"] for each in failed} == {
        "containers_cannot_write_to_their_root_file_system",
        "CKV_AWS_336",
        "skip",
    }
    assert all(each["ruleId"] in rules for each in run["results"])
    location = failed[0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"].endswith(f"{CONNECTOR}/cdk.tf")
    assert 1 < location["region"]["startLine"] < location["region"]["endLine"]
    tags = rules["CKV_AWS_336"]["properties"]["tags"]
    assert tags == ["PCI DSS v4.0.1 2.2.6"]


def test_sarif_marks_a_waived_finding_as_suppressed_with_its_reason(reports: Reports) -> None:
    (suppressed,) = [r for r in reports.sarif["runs"][0]["results"] if "suppressions" in r]
    assert suppressed["ruleId"] == "CKV_AWS_91"
    assert suppressed["suppressions"][0]["kind"] == "external"
    assert "access logs" in suppressed["suppressions"][0]["justification"]


def test_junit_counts_what_it_lists(reports: Reports) -> None:
    failures = reports.junit.findall(".//failure")
    assert len(failures) == 3
    for suite in reports.junit:
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase"))
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert len(reports.junit.findall(".//skipped")) == 1


def test_the_assessor_reads_requirement_rule_resource_and_result(reports: Reports) -> None:
    section = reports.markdown.split("### 2.2.6 ")[1].split("\n### ")[0]
    evidence = section.split("containers_cannot_write_to_their_root_file_system")[1]
    assert f"- failed: {CONNECTOR} `{TASK}`" in evidence
    assert f"- passed: `{TASK}` in {EGRESS}" in evidence


def test_the_assessor_reads_the_inventories(reports: Reports) -> None:
    certificates = reports.markdown.split("## Inventory of certificates")[1].split("\n## ")[0]
    assert "ELBSecurityPolicy-TLS13-1-2-2021-06" in certificates
    components = reports.markdown.split("## Inventory of components")[1].split("\n## ")[0]
    assert re.search(
        r"\| connector \| fargate \| inside \| nginx \| .*var\.nginx_image_tag", components
    )
    groups = reports.markdown.split("## Matrix of security groups")[1].split("\n## ")[0]
    assert f"production-2-sg-base-cde | inside | {CONNECTOR} aws_ecs_service.service" in groups


def test_the_assessor_reads_what_is_not_shown(reports: Reports) -> None:
    for number in ("1.2.7", "10.4.1", "11.4.5"):
        assert f"| {number} |" in reports.markdown.split("## What Terraform cannot show")[1]
    assert "IAMNoInlinePolicy" in reports.markdown
    assert "CKV_AWS_334" in reports.markdown


def test_the_waivers_are_shown_with_owner_and_expiry(reports: Reports) -> None:
    waivers = reports.markdown.split("## Waivers")[1].split("\n## ")[0]
    assert re.search(r"`CKV_AWS_91` \| `\*-egress-\*` .*\| 1 \|.*\| 20\d\d-\d\d-\d\d \|", waivers)


def test_html_escapes_and_says_the_same(reports: Reports) -> None:
    assert "<strong>Refused</strong>" in reports.html
    assert "readonlyRootFilesystem is False" in reports.html
    assert "{{" not in reports.html
    assert reports.html.count("<details") == reports.html.count("</details>")
