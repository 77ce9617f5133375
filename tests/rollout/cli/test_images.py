"""`pay images`: what runs and is late, copies from account to account, and pins."""

import json
import re
import time
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pay.catalogue import CATALOGUE, IMAGES
from pay.model import Side, names
from rollout.cli import app
from rollout.images import registry
from rollout.releases.record import ReleaseVerdict
from sandbox.settings import SandboxSettings
from tests.support.checkout import Checkout
from tests.support.cpu_seconds import seconds_of_pay
from tests.support.image_accounts import (
    PRODUCTION,
    REGION,
    ROLES,
    STAGING,
    TEST,
    ImageAccounts,
    record,
)
from tests.support.warm_sandboxes import empty_sandbox

pytestmark = pytest.mark.slow

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def accounts() -> Iterator[ImageAccounts]:
    with empty_sandbox(SandboxSettings(account_id=TEST)) as server:
        here = ImageAccounts(server)
        here.make_repositories(TEST, pulled_by=ROLES[STAGING])
        here.make_repositories(STAGING, pulled_by=ROLES[PRODUCTION])
        here.make_repositories(PRODUCTION)
        rule = {
            "scanFrequency": "CONTINUOUS_SCAN",
            "repositoryFilters": [{"filter": "govukpay/*", "filterType": "WILDCARD"}],
        }
        here.client().put_registry_scanning_configuration(scanType="ENHANCED", rules=[rule])
        yield here


@pytest.fixture
def run(accounts: ImageAccounts, checkout: Checkout) -> Run:
    """Runs `pay images` with the rights of an account."""

    def call(*arguments: str, account: str = TEST, columns: int = 200) -> Result:
        shell = {
            **accounts.variables(account),
            "PAY_ENVIRONMENTS": str(checkout.folder),
            "COLUMNS": str(columns),
        }
        return CliRunner().invoke(app, ["images", *arguments], env=shell)

    return call


def copied(run: Run, image: str, number: int, to: str = "staging") -> Result:
    source, account = {"staging": ("test", STAGING), "production": ("staging", PRODUCTION)}[to]
    return run("copy", image, str(number), "--from", source, "--to", to, account=account)


def test_keeps_the_digest_through_all_accounts(
    run: Run, accounts: ImageAccounts, checkout: Checkout
) -> None:
    digest = accounts.push("connector", "11-release")
    record(checkout.folder, "test-12", "connector", 11, {"connector": digest})
    first = copied(run, "connector", 11)
    assert first.exit_code == 0, first.output
    # Configurations and layers of two architectures.
    assert f"connector 11 copied, 4 blobs: {digest}" in first.output
    again = copied(run, "connector", 11)
    assert again.output.strip() == f"connector 11 is already there: {digest}"

    record(checkout.folder, "staging-2", "connector", 11, {"connector": digest})
    assert copied(run, "connector", 11, to="production").exit_code == 0
    places = (TEST, STAGING, PRODUCTION)
    assert {accounts.digest("connector", "11-release", each) for each in places} == {digest}


def test_without_a_number_the_newest_that_ran_well_is_copied(
    run: Run, accounts: ImageAccounts, checkout: Checkout
) -> None:
    def copy(image: str) -> Result:
        return run("copy", image, "--from", "test", "--to", "staging", account=STAGING)

    nothing = copy("webhooks")
    assert nothing.exit_code == 1
    assert "no release of webhooks is known to run well in test-12" in nothing.output
    for number, verdict in (
        (8, ReleaseVerdict.GOOD),
        (9, ReleaseVerdict.GOOD),
        (10, ReleaseVerdict.BAD),
    ):
        digest = accounts.push("webhooks", f"{number}-release")
        record(checkout.folder, "test-12", "webhooks", number, {"webhooks": digest}, verdict)
    assert "webhooks 9 copied" in copy("webhooks").output
    assert accounts.digest("webhooks", "10-release", STAGING) is None

    # A sidecar's: the one that the environment before pins.
    digest = accounts.push("nginx", "212-release")
    record(checkout.folder, "test-12", "webhooks", 9, {"nginx": digest}, patch="nginx")
    assert "nginx 212 copied" in copy("nginx").output


def test_refuses_another_image_under_the_tag(
    run: Run, accounts: ImageAccounts, checkout: Checkout
) -> None:
    digest = accounts.push("cardid", "5-release")
    record(checkout.folder, "test-12", "cardid", 5, {"cardid": digest})
    # The image of another number, under this tag.
    other = accounts.push("cardid", "6-release", account=STAGING)
    ecr, repository = accounts.client(STAGING), IMAGES["cardid"].repository
    [image] = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": other}])[
        "images"
    ]
    ecr.put_image(
        repositoryName=repository, imageManifest=image["imageManifest"], imageTag="5-release"
    )
    refused = copied(run, "cardid", 5)
    assert refused.exit_code == 1
    assert other in refused.output
    assert digest in refused.output
    assert "tags never move" in refused.output
    assert accounts.digest("cardid", "5-release", STAGING) == other


@pytest.mark.parametrize(
    ("verdict", "same", "says"),
    [
        (None, True, "no line of test-12 shows that ledger"),
        (ReleaseVerdict.BAD, True, "ended bad in test-12"),
        (ReleaseVerdict.NOT_KNOWN, True, "ended not known in test-12"),
        (ReleaseVerdict.GOOD, False, "somebody pushed another image"),
    ],
)
def test_refuses_a_release_without_proof(
    run: Run,
    accounts: ImageAccounts,
    checkout: Checkout,
    verdict: ReleaseVerdict | None,
    same: bool,
    says: str,
) -> None:
    digest = accounts.push("ledger", "7-release")
    ran = digest if same else f"sha256:{'0' * 64}"
    if verdict:
        record(checkout.folder, "test-12", "ledger", 7, {"ledger": ran}, verdict)
    refused = copied(run, "ledger", 7)
    assert refused.exit_code == 1
    assert says in " ".join(refused.output.split())
    assert accounts.digest("ledger", "7-release", STAGING) is None


def test_a_patch_that_failed_keeps_no_service_back(
    run: Run, accounts: ImageAccounts, checkout: Checkout
) -> None:
    digest = accounts.push("publicapi", "3-release")
    record(checkout.folder, "test-12", "publicapi", 3, {"publicapi": digest})
    bad = {"publicapi": digest, "nginx": f"sha256:{'0' * 64}"}
    record(checkout.folder, "test-12", "publicapi", 3, bad, ReleaseVerdict.BAD, patch="nginx")
    assert copied(run, "publicapi", 3).exit_code == 0


def test_a_later_good_line_proves_what_failed_before(
    run: Run, accounts: ImageAccounts, checkout: Checkout
) -> None:
    digest = accounts.push("products", "3-release")
    for verdict in (ReleaseVerdict.BAD, ReleaseVerdict.GOOD):
        record(checkout.folder, "test-12", "products", 3, {"products": digest}, verdict)
    assert copied(run, "products", 3).exit_code == 0


def test_a_sidecar_is_proved_by_a_service_that_ran_it(
    run: Run, accounts: ImageAccounts, checkout: Checkout
) -> None:
    digest = accounts.push("nginx", "300-release")
    assert copied(run, "nginx", 300).exit_code == 1
    digests = {"publicapi": f"sha256:{'1' * 64}", "nginx": digest}
    record(checkout.folder, "test-12", "publicapi", 9, digests)
    assert copied(run, "nginx", 300).exit_code == 0


def test_refuses_a_release_of_one_architecture(
    run: Run, accounts: ImageAccounts, checkout: Checkout
) -> None:
    whole = accounts.push("webhooks", "1-release")
    ecr, repository = accounts.client(), IMAGES["webhooks"].repository
    arm = child(accounts, "webhooks", whole)
    [image] = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageDigest": arm}])[
        "images"
    ]
    ecr.put_image(
        repositoryName=repository, imageManifest=image["imageManifest"], imageTag="28-release"
    )
    record(checkout.folder, "test-12", "webhooks", 28, {"webhooks": arm})
    refused = copied(run, "webhooks", 28)
    assert refused.exit_code == 1
    assert "one image, not an index over amd64, arm64" in " ".join(refused.output.split())


def test_says_what_is_missing(run: Run, checkout: Checkout) -> None:
    refused = copied(run, "connector", 999)
    assert (refused.exit_code, "has no 999-release" in refused.output) == (1, True)
    for arguments, says in (
        (("connector", "1", "--from", "staging", "--to", "test"), "is not the account before"),
        (("connector", "1", "--from", "nowhere", "--to", "staging"), "'nowhere' is not one of"),
        (("konnector", "1", "--from", "test", "--to", "staging"), "'konnector' is not one of"),
        (("connector", "0", "--from", "test", "--to", "staging"), "greater than or equal to 1"),
    ):
        wrong = run("copy", *arguments, account=STAGING)
        assert wrong.exit_code == 2, wrong.output
        assert says in " ".join(wrong.output.replace("│", " ").split()), wrong.output


def test_goes_on_where_a_copy_ended(
    run: Run, accounts: ImageAccounts, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every answer after the second layer is lost: nobody sees the release, and the next run
    copies what is missing.
    """
    monkeypatch.setattr(registry, "PAUSE_SECONDS", 0)
    digest = accounts.push("selfservice", "4-release")
    record(checkout.folder, "test-12", "selfservice", 4, {"selfservice": digest})
    faults = {"only": r"unsigned\.PUT /v2/", "hold": 2}
    accounts.server.administer("faults", method="POST", body=faults)
    killed = Thread(target=copied, args=(run, "selfservice", 4), daemon=True)
    killed.start()
    while accounts.server.administer("status")["held"] == 0:
        time.sleep(0.05)
    # The process is gone: what it waits for is refused.
    accounts.server.administer("faults", method="POST", body={"only": "PUT /v2/", "error": 1.0})
    killed.join(timeout=60)
    assert not killed.is_alive()
    accounts.server.administer("faults", method="POST", body={})
    assert accounts.digest("selfservice", "4-release", STAGING) is None
    again = copied(run, "selfservice", 4)
    assert again.exit_code == 0, again.output
    blobs = int(again.output.split(" blobs")[0].split()[-1])
    assert 0 < blobs < 4
    assert accounts.digest("selfservice", "4-release", STAGING) == digest


def test_survives_answers_that_are_lost(
    run: Run, accounts: ImageAccounts, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ECR refuses the second push of a tag, although the first one was right."""
    monkeypatch.setattr(registry, "PAUSE_SECONDS", 0)
    digest = accounts.push("toolbox", "6-release")
    record(checkout.folder, "test-12", "toolbox", 6, {"toolbox": digest})
    lost = {"only": r"unsigned\.PUT /v2/", "lost": 1.0}
    accounts.server.administer("faults", method="POST", body=lost)
    done = copied(run, "toolbox", 6)
    accounts.server.administer("faults", method="POST", body={})
    assert done.exit_code == 0, done.output
    assert accounts.digest("toolbox", "6-release", STAGING) == digest


def deploy(accounts: ImageAccounts, checkout: Checkout, service: str, *tags: str) -> None:
    """Let a service of test-12 run on EC2, its containers with these tags."""
    ecs = accounts.client(service="ecs")
    cluster = names.cluster("test-12", Side.EC2)
    ecs.create_cluster(clusterName=cluster)
    containers = [service, *(each.name for each in CATALOGUE[service].sidecars)]
    host = names.image_registry(TEST, REGION)
    revision = ecs.register_task_definition(
        family=f"test-12_{service}",
        networkMode="bridge",
        containerDefinitions=[
            {
                "name": name,
                "image": f"{host}/{IMAGES[name].repository}"
                f"{'@' if tag.startswith('sha256:') else ':'}{tag}",
                "memory": 256,
            }
            for name, tag in zip(containers, tags, strict=False)
        ],
    )["taskDefinition"]["taskDefinitionArn"]
    ecs.create_service(
        cluster=cluster, serviceName=service, taskDefinition=revision, desiredCount=0
    )


def child(accounts: ImageAccounts, image: str, digest: str, architecture: str = "arm64") -> str:
    """Return the digest of the image of one architecture."""
    [found] = accounts.client().batch_get_image(
        repositoryName=IMAGES[image].repository, imageIds=[{"imageDigest": digest}]
    )["images"]
    entries = json.loads(found["imageManifest"])["manifests"]
    return next(str(e["digest"]) for e in entries if e["platform"]["architecture"] == architecture)


def finding(name: str, severity: str, *, days: int, fix: str = "YES") -> dict[str, Any]:
    published = datetime.now(UTC) - timedelta(days=days)
    return {
        "severity": severity,
        "status": "ACTIVE",
        "fixAvailable": fix,
        "packageVulnerabilityDetails": {
            "vulnerabilityId": name,
            "vendorCreatedAt": published.timestamp(),
            "vulnerablePackages": [
                {"name": "openssl", "version": "3.0.1", "fixedInVersion": "3.0.2"}
            ],
        },
    }


def test_shows_what_runs_and_fails_for_what_is_late(
    run: Run, accounts: ImageAccounts, checkout: Checkout
) -> None:
    pins = tomllib.loads(checkout.file("test-12").read_text())["sidecars"]
    for name, pin in pins.items():
        assert accounts.push(name, f"{pin['release']}-release") == pin["digest"]
    old = accounts.push("frontend", "20-release")
    accounts.push("frontend", "21-release")
    deploy(accounts, checkout, "frontend", "20-release", pins["nginx"]["digest"])
    arm = child(accounts, "frontend", old)
    soon = [
        finding("CVE-1", "CRITICAL", days=3),
        finding("CVE-2", "HIGH", days=400, fix="NO"),
        finding("CVE-3", "MEDIUM", days=400),
    ]
    accounts.find("frontend", arm, soon)
    # Of the other architecture, which this environment never starts.
    accounts.find("frontend", child(accounts, "frontend", old, "amd64"), [])
    fine = run("test-12", "--json")
    assert fine.exit_code == 0, fine.output
    [answer] = json.loads(fine.stdout)
    line = next(each for each in answer["images"] if each["image"] == "frontend")
    [running] = line["running"]
    assert (running["release"], line["newest"], running["where"]) == (20, 21, ["frontend on ec2"])
    assert [(each["id"], each["late"]) for each in running["findings"]] == [
        ("CVE-1", False),
        ("CVE-2", False),
    ]
    nginx = next(each for each in answer["images"] if each["image"] == "nginx")
    assert nginx["running"][0]["release"] == nginx["pinned"]["release"] == pins["nginx"]["release"]

    accounts.find("frontend", arm, [finding("CVE-1", "CRITICAL", days=45)])
    late = run()
    assert late.exit_code == 1
    # Both environments of the account that the shell is logged in to, and no other.
    assert re.findall(r"Images of (\S+)", late.output) == ["test-12", "test-perf-1"]
    text = " ".join(late.output.split())
    assert "late: frontend 20: CVE-1, critical, openssl 3.0.1 (fixed in 3.0.2)" in text
    assert "1 late of 1" in text
    narrow = run("test-12", columns=80)
    assert all(len(line) <= 80 for line in narrow.output.splitlines())
    accounts.find("frontend", arm, [])


def test_it_takes_less_than_two_seconds_beyond_what_aws_takes(
    run: Run, accounts: ImageAccounts, checkout: Checkout
) -> None:
    assert json.loads(run("test-12", "--json").stdout)[0]["images"], "all of the account is asked"
    shell = {**accounts.variables(TEST), "PAY_ENVIRONMENTS": str(checkout.folder)}
    assert seconds_of_pay("images", "test-12", variables=shell, limit=2, ends=(0, 1)) < 2


def test_shows_what_runs_beside_the_services(run: Run, accounts: ImageAccounts) -> None:
    accounts.push("alpine", "9-release")
    accounts.server.client("ecs").register_task_definition(
        family="test-12_scheduled-http",
        containerDefinitions=[
            {
                "name": "scheduled-http",
                "image": f"{names.image_registry(TEST, REGION)}/{IMAGES['alpine'].repository}"
                ":9-release",
                "memory": 64,
            }
        ],
    )
    [answer] = json.loads(run("test-12", "--json").stdout)
    line = next(each for each in answer["images"] if each["image"] == "alpine")
    [running] = line["running"]
    assert (running["release"], running["where"]) == (9, ["test-12_scheduled-http as a task"])
    assert running["findings"] == []


def test_pins_a_release_and_keeps_every_other_line(
    run: Run, accounts: ImageAccounts, checkout: Checkout
) -> None:
    digest = accounts.push("nginx", "213-release")
    before = checkout.file("test-12").read_text()
    pinned = run("pin", "test-12", "nginx", "213")
    assert pinned.exit_code == 0, pinned.output
    after = checkout.file("test-12").read_text()
    changed = [
        (old, new)
        for old, new in zip(before.splitlines(), after.splitlines(), strict=True)
        if old != new
    ]
    assert [new for _, new in changed] == ["release = 213", f'digest = "{digest}"']
    missing = run("pin", "test-12", "nginx", "9999")
    assert (missing.exit_code, "has no 9999-release" in missing.output) == (1, True)
    assert run("pin", "test-12", "connector", "1").exit_code == 2
    assert checkout.file("test-12").read_text() == after
