"""A price has a source and a date, or it is not there."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from pay.model.problem import InvalidInput
from rollout.cost.price_file import FOLDER, PriceList, load_prices

ROW = """\
region = "eu-west-1"

[price.alb-hour]
service = "AWSELB"
usagetype = "EU-LoadBalancerUsage"
operation = "LoadBalancing:Application"
unit = "Hrs"
usd = "0.0252"
source = "a bill"
date = 2026-07-01
"""


def load(tmp_path: Path, text: str) -> PriceList:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    return load_prices("eu-west-1", path)


def test_a_row_keeps_its_price_exactly(tmp_path: Path) -> None:
    assert str(load(tmp_path, ROW).usd("alb-hour")) == "0.0252"
    assert load(tmp_path, ROW).usd("nlb-hour") is None


@pytest.mark.parametrize("path", list(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_price_has_its_source_and_date(path: Path) -> None:
    prices = load_prices(path.stem)
    assert prices.region == path.stem
    for item, row in prices.price.items():
        assert (row.usd is None) == (row.source is None) == (row.date is None), item


WRONG = {
    "no source": ('source = "a bill"\n', "", "price.alb-hour.source: found nothing"),
    "no date": ("date = 2026-07-01\n", "", "price.alb-hour.date: found nothing"),
    "source alone": ('usd = "0.0252"\n', "", "price.alb-hour.source: found one without a price"),
    "a price of 0": ("0.0252", "0", "price.alb-hour.usd: found '0'"),
    "a word": ('"0.0252"', '"cheap"', "price.alb-hour.usd: found 'cheap'"),
    "an unknown key": ("unit =", "units =", "price.alb-hour.units: found an unknown key"),
    "another date": ("2026-07-01", '"July"', "price.alb-hour.date: found 'July'"),
    "no key of AWS": ('service = "AWSELB"\n', "", "price.alb-hour.service: found nothing"),
    "the same item twice": ("[price.alb-hour]", "[price.alb-hour]\n[price.alb-hour]", "declare"),
}


@pytest.mark.parametrize(("old", "new", "message"), WRONG.values(), ids=WRONG)
def test_refuses_a_wrong_row_with_its_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in ROW
    with pytest.raises(InvalidInput) as refused:
        load(tmp_path, ROW.replace(old, new, 1))
    said = [str(each) for each in refused.value.problems if message in str(each)]
    assert said
    assert "prices.toml:" in said[0]


def test_says_every_mistake_at_once(tmp_path: Path) -> None:
    text = ROW.replace('source = "a bill"\n', "").replace("date = 2026-07-01\n", "")
    with pytest.raises(InvalidInput) as refused:
        load(tmp_path, text)
    assert [each.key for each in refused.value.problems] == [
        "price.alb-hour.source",
        "price.alb-hour.date",
    ]


def test_an_unknown_region_is_one_message() -> None:
    with pytest.raises(InvalidInput, match="eu-west-9"):
        load_prices("eu-west-9")


def test_a_price_is_old_after_its_days_unless_all_were_checked(tmp_path: Path) -> None:
    row = load(tmp_path, ROW).price["alb-hour"]
    last = date(2026, 7, 1) + timedelta(days=90)
    assert not row.is_old(last, None)
    assert row.is_old(last + timedelta(days=1), None)
    assert not row.is_old(last + timedelta(days=1), date(2026, 9, 1))
