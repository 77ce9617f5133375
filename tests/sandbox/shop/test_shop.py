"""The stub shop answers as a side does: shared payments, its own faults."""

import json

import pytest

from pay.model import Side
from sandbox.shop.faults import Fault
from sandbox.shop.shop import Shop, ShopAnswer, ShopRequest

API = "publicapi.sandbox.pymnt.uk"
TOKEN = {"authorization": "Bearer stub-sandbox"}


def create(shop: Shop, side: Side, **headers: str) -> ShopAnswer:
    return shop.answer(side, ShopRequest("POST", API, "/v1/payments", headers, b"{}"))


def test_a_payment_made_on_one_side_is_known_on_the_other() -> None:
    shop = Shop()
    made = json.loads(create(shop, Side.EC2, **TOKEN).body)
    path = f"/v1/payments/{made['payment_id']}"
    seen = shop.answer(Side.FARGATE, ShopRequest("GET", API, path, TOKEN))
    assert json.loads(seen.body)["state"] == {"status": "created", "finished": False}


@pytest.mark.parametrize("side", Side)
def test_a_fault_is_that_of_one_side(side: Side) -> None:
    shop = Shop()
    shop.faults[side] = frozenset({Fault.API_DOWN})
    assert {each: create(shop, each, **TOKEN).status for each in Side} == {
        each: 500 if each is side else 201 for each in Side
    }


def test_without_a_token_it_takes_no_payment() -> None:
    assert create(Shop(), Side.EC2).status == 401


def test_a_service_without_a_healthy_task_answers_503() -> None:
    shop = Shop()
    shop.down[Side.FARGATE] = frozenset({"publicapi"})
    asked = ShopRequest("GET", API, "/healthcheck")
    assert [shop.answer(side, asked).status for side in Side] == [200, 503]
