"""`pay parity`: the differences between the sides, readable."""

from pay.catalogue import CATALOGUE
from tests.support.checkout import Pay, PayJson


def test_services_with_the_same_difference_share_a_row(pay: Pay) -> None:
    shown = pay("parity", "production-2").stdout
    assert shown.count("awsvpc: an address") == 1


def test_every_service_has_its_differences_as_json(pay_json: PayJson) -> None:
    code, told = pay_json("parity")
    assert code == 0
    assert {d["service"] for d in told} == set(CATALOGUE)
    assert all(d["ec2"] and d["fargate"] and d["attributes"] for d in told)


def test_one_service_is_asked_for(pay_json: PayJson) -> None:
    code, told = pay_json("parity", "test-12", "egress")
    assert (code, {d["service"] for d in told}) == (0, {"egress"})


def test_an_unknown_service_is_wrong_use(pay: Pay) -> None:
    assert pay("parity", "test-12", "egres").exit_code == 2


def test_services_whose_difference_has_other_numbers_share_a_row(pay: Pay) -> None:
    shown = " ".join(pay("parity", "production-2").stdout.split())
    assert shown.count("a ceiling of") == 1
    assert shown.count("fixed: the daily peak") == 1
    alone = pay("parity", "production-2", "connector").stdout
    assert "15, fixed: the daily peak" in " ".join(alone.split())
    assert ".." not in alone
