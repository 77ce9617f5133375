"""The scenarios of the built-in runner: what a payer, and staff of a service, do."""

import re
import time
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urljoin

from locust import HttpUser, task

REFERENCE = "load-test"
"""Of every payment, so that searches find them."""

CARD = {
    "card-no": "4444333322221111",
    "expiry-month": "12",
    "expiry-year": "40",
    "cardholder-name": "Load Test",
    "cvc": "123",
    "address-line-1": "1 Test Street",
    "address-city": "London",
    "address-postcode": "SW1A 1AA",
    "email": "load-test@example.org",
}
"""A card that GOV.UK Pay's sandbox provider authorises (public: docs.payments.service.gov.uk,
"Mock card numbers and email addresses"). No real one: PCI DSS v4.0.1, 6.5.5."""

SETTLES_SECONDS = 10.0
"""The time after which a confirmed payment counts as failed."""


class Journey(HttpUser):
    """One visitor after the other; subclasses say what each does."""

    abstract = True
    api_token = ""
    """Of the test account; the runner sets it."""
    started = 0
    """Journeys that have started in this run, of all users."""

    @task  # type: ignore[untyped-decorator]  # Locust is not in the environment of mypy
    def visit(self) -> None:
        type(self).started += 1
        self.client.cookies.clear()
        self.travel()

    def travel(self) -> None:
        raise NotImplementedError

    def api(self, method: str, path: str, name: str, **asked: object) -> Mapping[str, object]:
        """Call the API; return nothing when it refuses, which Locust has counted then."""
        headers = {"Authorization": f"Bearer {self.api_token}"}
        answer = self.client.request(method, path, name=name, headers=headers, **asked)
        return dict(answer.json()) if is_good(answer) and answer.content else {}

    def pay(self) -> str | None:
        """Pay by card as a browser does; return the payment, or None when the way ended before."""
        created = self.api(
            "POST",
            "/v1/payments",
            "create a payment",
            json={
                "amount": 1000,
                "reference": REFERENCE,
                "description": "Load test",
                "return_url": "https://www.gov.uk/",
            },
        )
        if not created:
            return None
        id = str(created["payment_id"])
        page = str(created["_links"]["next_url"]["href"])  # type: ignore[index]
        if not self._fill_in(page, CARD, "card details"):
            return None
        return id

    def _fill_in(self, page: str, values: Mapping[str, str], name: str) -> bool:
        """Open a page, send its form, and confirm; return whether the way went to its end."""
        with self.client.get(page, name=f"open {name}", catch_response=True) as opened:
            if not is_good(opened):
                return False
            missing = [each for each in values if f'name="{each}"' not in opened.text]
            if missing:
                opened.failure(f"the page has no field {', '.join(missing)}")
                return False
        sent = self.client.post(
            _action(opened.text, page), _hidden(opened.text) | dict(values), name=f"send {name}"
        )
        if not is_good(sent):
            return False
        confirmed = self.client.post(
            _action(sent.text, str(sent.url)),
            _hidden(sent.text),
            name="confirm",
            # The way back leads to a page that is no part of the environment.
            allow_redirects=False,
        )
        return is_good(confirmed)

    def settled(self, id: str) -> None:
        """Wait until the payment is taken; one that is not counts as a failed request."""
        end = time.monotonic() + SETTLES_SECONDS
        while True:
            with self.client.get(
                f"/v1/payments/{id}",
                name="read a payment",
                headers={"Authorization": f"Bearer {self.api_token}"},
                catch_response=True,
            ) as read:
                status = read.json()["state"]["status"] if is_good(read) else ""
                if status in ("success", ""):
                    return
                if status in ("failed", "cancelled", "error") or time.monotonic() > end:
                    read.failure(f"the payment is {status}")
                    return
            time.sleep(1)


class PayByCard(Journey):
    """Create a payment, pay it by card, and read that it was taken."""

    def travel(self) -> None:
        if id := self.pay():
            self.settled(id)


class SearchAndRefund(Journey):
    """Search the payments of a service as its staff do, and refund one that was taken."""

    def travel(self) -> None:
        payments = self.api(
            "GET",
            "/v1/payments",
            "search payments",
            params={"reference": REFERENCE, "state": "success", "display_size": "20"},
        )
        if "results" not in payments:
            return
        id = self.pay()
        if id is None:
            return
        self.settled(id)
        self.api(
            "POST",
            f"/v1/payments/{id}/refunds",
            "refund a payment",
            json={"amount": 1000, "refund_amount_available": 1000},
        )


SCENARIOS: Mapping[str, type[Journey]] = {
    "pay-by-card": PayByCard,
    "search-and-refund": SearchAndRefund,
}


def is_good(answer: Any) -> bool:
    """Return whether a request was answered well; `ok` raises where no answer came at all."""
    return bool(0 < answer.status_code < 400)


def _action(page: str, address: str) -> str:
    """Return where the first form of a page is sent."""
    match = re.search(r'<form[^>]*\baction="([^"]*)"', page)
    return urljoin(address, unescape(match[1])) if match else address


def _hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page, such as the token against forged requests."""
    fields = re.findall(r'<input[^>]*\btype="hidden"[^>]*>', page)
    pairs = ((re.search(r'name="([^"]*)"', f), re.search(r'value="([^"]*)"', f)) for f in fields)
    return {unescape(name[1]): unescape(value[1]) for name, value in pairs if name and value}
