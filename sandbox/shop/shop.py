"""The stub shop's answers, without a network."""

import json
import secrets
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qs

from pay.catalogue import CATALOGUE
from pay.catalogue.scenarios import SCENARIOS
from pay.model import Side
from sandbox.shop import pages
from sandbox.shop.faults import Fault

SERVICES = {service.host or name: name for name, service in CATALOGUE.items()}
"""The first label of a host name -> the service."""

CHALLENGED = {"stripe": "4000002760003184", "worldpay": "3DS_V2_CHALLENGE_IDENTIFIED"}
"""The card number, or the card holder, that a provider asks for 3D Secure."""
EXEMPT = "EE.HONOURED_ISSUER_HONOURED.AUTHORISED"
SANDBOX = "sandbox"
MOST_FOUND = 20
"""Payments in one answer to a search."""
TOKEN = "stub-"
"""The beginning of every API token; the rest names the account's provider."""


@dataclass(frozen=True)
class ShopRequest:
    """One request."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """With names in lower case."""
    body: bytes = b""

    @property
    def service(self) -> str:
        return SERVICES.get(self.host.partition(".")[0], "")

    def form(self, name: str) -> str:
        return parse_qs(self.body.decode()).get(name, [""])[0]


@dataclass(frozen=True)
class ShopAnswer:
    """One answer."""

    status: HTTPStatus
    body: str = ""
    content_type: str = "text/html; charset=utf-8"
    location: str | None = None


@dataclass
class Payment:
    """One payment; the caller locks."""

    provider: str
    return_url: str = ""
    status: str = "created"
    code: str = ""
    agreement: str = ""
    """The agreement that it sets up."""
    type: str = ""
    """The type of a payment by an agreement."""

    def as_data(self, id: str, frontend: str) -> dict[str, object]:
        state = {
            "status": self.status,
            "finished": self.status in ("success", "failed", "cancelled", "error"),
            **({"code": self.code} if self.code else {}),
        }
        return {
            "payment_id": id,
            "state": state,
            **({"agreement_payment_type": self.type} if self.type else {}),
            "_links": {"next_url": {"href": f"https://{frontend}/card_details/{id}"}},
        }


def json_answer(status: HTTPStatus, content: object) -> ShopAnswer:
    return ShopAnswer(status, json.dumps(content), "application/json")


def redirect(location: str) -> ShopAnswer:
    return ShopAnswer(HTTPStatus.SEE_OTHER, location=location)


NOT_FOUND = ShopAnswer(HTTPStatus.NOT_FOUND, pages.page("Page not found", ""))


class Shop:
    """Payments and agreements, and what is broken on each side."""

    def __init__(self) -> None:
        self.deliver: Callable[[str], None] = lambda payment: None
        """Receives the id of each payment that succeeds, as a receiver of webhooks does."""
        self.pass_on: Callable[[Side, str, Callable[[], ShopAnswer]], ShopAnswer] = (
            lambda side, service, answer: answer()
        )
        """Leads a request to a side of a service through its load balancer, and answers it."""
        self._lock = threading.Lock()
        self._payments: dict[str, Payment] = {}
        self._agreements: dict[str, str] = {}
        self.faults: dict[Side, frozenset[Fault]] = dict.fromkeys(Side, frozenset())
        self.down: dict[Side, frozenset[str]] = dict.fromkeys(Side, frozenset())
        """The services without a healthy task: their load balancer answers 503."""

    def answer(self, side: Side, asked: ShopRequest) -> ShopAnswer:
        """Answer a request to the load balancer of a service on one side."""
        return self.pass_on(side, asked.service, partial(self._answer, side, asked))

    def _answer(self, side: Side, asked: ShopRequest) -> ShopAnswer:
        if asked.service in self.down[side]:
            return ShopAnswer(HTTPStatus.SERVICE_UNAVAILABLE)
        if asked.path == "/healthcheck":
            return json_answer(HTTPStatus.OK, {"ping": {"healthy": True}})
        routes: dict[str, Callable[[ShopRequest, Collection[Fault]], ShopAnswer]] = {
            "publicapi": self._publicapi,
            "frontend": self._frontend,
            "products-ui": self._products_ui,
            "notifications": self._notifications,
        }
        route = routes.get(asked.service)
        if route is None:
            return NOT_FOUND
        with self._lock:
            return route(asked, self.faults[side])

    def _publicapi(self, asked: ShopRequest, faults: Collection[Fault]) -> ShopAnswer:
        if Fault.API_DOWN in faults:
            return ShopAnswer(HTTPStatus.INTERNAL_SERVER_ERROR)
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if not token.startswith(TOKEN):
            return json_answer(HTTPStatus.UNAUTHORIZED, {"code": "P0900"})
        body = json.loads(asked.body or b"{}")
        frontend = asked.host.replace("publicapi", "www", 1)
        match asked.method, *asked.path.strip("/").split("/"):
            case "POST", "v1", "agreements":
                id = secrets.token_hex(13)
                self._agreements[id] = "created"
                return json_answer(HTTPStatus.CREATED, {"agreement_id": id, "status": "created"})
            case "GET", "v1", "agreements", id if id in self._agreements:
                return json_answer(
                    HTTPStatus.OK, {"agreement_id": id, "status": self._agreements[id]}
                )
            case "GET", "v1", "payments":
                taken = [id for id, each in self._payments.items() if each.status == "success"]
                latest = [self._payments[id].as_data(id, frontend) for id in taken[-MOST_FOUND:]]
                return json_answer(HTTPStatus.OK, {"total": len(taken), "results": latest})
            case "POST", "v1", "payments", id, "refunds" if id in self._payments:
                if self._payments[id].status != "success":
                    return json_answer(HTTPStatus.PRECONDITION_FAILED, {"code": "P0604"})
                refund = {"refund_id": secrets.token_hex(13), "status": "submitted"}
                return json_answer(HTTPStatus.ACCEPTED, refund)
            case "POST", "v1", "payments":
                id = self._create(token.removeprefix(TOKEN), body, faults)
                return json_answer(HTTPStatus.CREATED, self._payments[id].as_data(id, frontend))
            case "GET", "v1", "payments", id if id in self._payments:
                return json_answer(HTTPStatus.OK, self._payments[id].as_data(id, frontend))
            case "POST", "v1", "payments", id, "cancel" if id in self._payments:
                if Fault.CANCEL_IGNORED not in faults:
                    self._payments[id].status, self._payments[id].code = "cancelled", "P0040"
                return ShopAnswer(HTTPStatus.NO_CONTENT)
        return json_answer(HTTPStatus.NOT_FOUND, {"code": "P0200"})

    def _create(self, provider: str, body: Mapping[str, str], faults: Collection[Fault]) -> str:
        id = secrets.token_hex(13)
        payment = Payment(
            provider,
            return_url=body.get("return_url", ""),
            agreement=body.get("set_up_agreement", ""),
        )
        self._payments[id] = payment
        if body.get("authorisation_mode") == "agreement":
            if self._agreements.get(body.get("agreement_id", "")) != "active":
                payment.status, payment.code = "failed", "P0033"
            elif Fault.RECURRING_DECLINED in faults:
                payment.status, payment.code = "failed", "P0010"
            else:
                self._settle(id, faults)
            payment.type = (
                "" if Fault.TYPE_LOST in faults else body.get("agreement_payment_type", "")
            )
        return id

    def _settle(self, id: str, faults: Collection[Fault]) -> None:
        """Let the provider take the money."""
        payment = self._payments[id]
        if is_down(payment.provider, faults):
            payment.status, payment.code = "error", "P0050"
            return
        payment.status = "submitted" if Fault.PAYMENT_STUCK in faults else "success"
        if payment.agreement and Fault.AGREEMENT_STUCK not in faults:
            self._agreements[payment.agreement] = "active"
        if payment.status == "success" and Fault.WEBHOOK_LOST not in faults:
            self.deliver(id)

    def _frontend(self, asked: ShopRequest, faults: Collection[Fault]) -> ShopAnswer:
        _, kind, id, *rest = [*asked.path.split("/"), "", ""][:5]
        payment = self._payments.get(id)
        if kind != "card_details" or payment is None:
            return NOT_FOUND
        base = f"/card_details/{id}"
        match asked.method, *filter(None, rest):
            case ("GET",):
                missing = "card-no" if Fault.CARD_FIELD_MISSING in faults else ""
                return ShopAnswer(HTTPStatus.OK, pages.card_page(base, without=missing))
            case ("POST",):
                asks = is_challenged(payment.provider, asked, faults)
                return redirect(f"{base}/3ds" if asks else f"{base}/confirm")
            case "GET", "3ds":
                frame = "" if Fault.FRAME_MISSING in faults else f"{base}/frame"
                return ShopAnswer(HTTPStatus.OK, pages.challenge_page(frame))
            case "GET", "frame" | "inner" if is_down(payment.provider, faults):
                return ShopAnswer(HTTPStatus.BAD_GATEWAY)
            case "GET", "frame" if payment.provider == "stripe":
                return ShopAnswer(HTTPStatus.OK, pages.stripe_frame(f"{base}/inner"))
            case "GET", "inner":
                return ShopAnswer(HTTPStatus.OK, pages.stripe_challenge(f"{base}/challenged"))
            case "GET", "frame":
                return ShopAnswer(HTTPStatus.OK, pages.worldpay_challenge(f"{base}/challenged"))
            case "POST", "challenged":
                lost = Fault.CONFIRM_MISSING in faults
                page = pages.confirm_page(f"{base}/confirm", has_button=not lost)
                return ShopAnswer(HTTPStatus.OK, page)
            case "GET", "confirm":
                return ShopAnswer(HTTPStatus.OK, pages.confirm_page(f"{base}/confirm"))
            case "POST", "confirm":
                self._settle(id, faults)
                return redirect(payment.return_url)
        return NOT_FOUND

    def _products_ui(self, asked: ShopRequest, faults: Collection[Fault]) -> ShopAnswer:
        match asked.method, *asked.path.strip("/").split("/"):
            case "GET", "pay", id:
                content = f'<a href="/pay/{id}/amount">Continue</a>'
                return ShopAnswer(HTTPStatus.OK, pages.page("Pay", content))
            case "GET", "pay", id, "amount":
                lost = Fault.AMOUNT_FIELD_MISSING in faults
                field = "" if lost else '<input id="payment-amount" name="amount">'
                content = pages.form(f"/pay/{id}/amount", field + pages.button("Continue"))
                return ShopAnswer(HTTPStatus.OK, pages.page("Enter amount to pay", content))
            case "POST", "pay", id, "amount":
                content = pages.form(f"/pay/{id}/proceed", pages.button("Proceed to payment"))
                title = f"Check your details: {asked.form('amount')}"
                return ShopAnswer(HTTPStatus.OK, pages.page(title, content))
            case "POST", "pay", id, "proceed":
                payment = self._create(SANDBOX, {"return_url": f"https://{asked.host}/"}, faults)
                frontend = asked.host.replace("products", "www", 1)
                return redirect(f"https://{frontend}/card_details/{payment}")
        return NOT_FOUND

    def _notifications(self, asked: ShopRequest, faults: Collection[Fault]) -> ShopAnswer:
        if (asked.method, asked.path) != ("POST", "/v1/api/notifications/sandbox"):
            return NOT_FOUND
        is_known = asked.headers.get("authorization", "").startswith(TOKEN)
        if not is_known or Fault.NOTIFICATION_REFUSED in faults:
            return ShopAnswer(HTTPStatus.FORBIDDEN)
        return ShopAnswer(HTTPStatus.OK)


def secret_values(public_zone: str) -> dict[str, str]:
    """Return the secret of smoke tests in an environment whose payments this shop takes."""
    tokens = {
        "API_TOKEN_" + name.upper().replace("-", "_"): TOKEN + (scenario.third_party or SANDBOX)
        for name, scenario in SCENARIOS.items()
        if scenario.opens and "publicapi" in scenario.opens
    }
    return {
        **tokens,
        "EMAIL_ADDRESS": "smoke@example.org",
        "NOTIFICATIONS_SANDBOX_AUTH_TOKEN": TOKEN + SANDBOX,
        "SMOKE_TEST_PRODUCT_PAYMENT_LINK_URL": f"https://products.{public_zone}/pay/smoke",
    }


def is_down(provider: str, faults: Collection[Fault]) -> bool:
    """Return whether a payment provider does not answer."""
    return {"stripe": Fault.STRIPE_DOWN, "worldpay": Fault.WORLDPAY_DOWN}.get(provider) in faults


def is_challenged(provider: str, card: ShopRequest, faults: Collection[Fault]) -> bool:
    """Return whether the bank of a card asks for 3D Secure."""
    given = {card.form("card-no"), card.form("cardholder-name")}
    if EXEMPT in given and Fault.EXEMPTION_LOST in faults:
        return True
    return CHALLENGED.get(provider) in given
