"""The pins of sidecars in environment files."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from pay.catalogue import IMAGES
from pay.catalogue.images import LOAD_RUNNER
from pay.containers.releases import release_tag
from pay.environments.load import load_environment
from pay.model import Environment, InvalidInput
from sandbox.estate.images import made_image
from tests.conftest import ROOT

TEXT = (ROOT / "environments" / "test-12.toml").read_text()


def loaded(folder: Path, text: str) -> Environment:
    path = folder / "test-12.toml"
    path.write_text(text)
    return load_environment(path)


def mistakes(folder: Path, text: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        loaded(folder, text)
    return "\n".join(map(str, refused.value.problems))


def test_a_sandbox_has_the_pinned_images(environments: Mapping[str, Environment]) -> None:
    for environment in environments.values():
        for name, pin in environment.sidecars.items():
            made = made_image(IMAGES[name].repository, release_tag(pin.release))
            assert pin.digest == made.digest
        if environment.load:
            made = made_image(LOAD_RUNNER.repository, "1-release")
            assert environment.load.image == f"{LOAD_RUNNER.repository}@{made.digest}"


def test_refuses_a_sidecar_without_a_pin_and_a_pin_without_a_sidecar(tmp_path: Path) -> None:
    said = mistakes(tmp_path, TEXT.replace("[sidecars.nginx]", "[sidecars.ngnix]"))
    assert "sidecars.nginx: found nothing" in said
    assert "sidecars.ngnix: found no sidecar of the catalogue" in said
    assert "nginx" in said.split("sidecars.ngnix", 1)[1]


@pytest.mark.parametrize("built", ["2026-11-20", '"2026-11-20"'])
def test_takes_a_date(tmp_path: Path, built: str) -> None:
    text = re.sub(r"^built = .*$", f"built = {built}", TEXT, flags=re.MULTILINE)
    assert loaded(tmp_path, text).sidecars["nginx"].built == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("built", each) for each in ("2026-11-20T06:00:00Z", '"soon"', "20261120", '"213"')),
        *(("release", each) for each in ("0", '"212"', "2.5", "2026-11-20")),
        *(("digest", each) for each in ('"212-release"', '"latest"', '"sha256:abc"', "212")),
    ],
)
def test_refuses_what_is_no_release(tmp_path: Path, key: str, value: str) -> None:
    text = re.sub(rf"^{key} = .*$", f"{key} = {value}", TEXT, count=1, flags=re.MULTILINE)
    assert f"sidecars.nginx.{key}: found" in mistakes(tmp_path, text)
