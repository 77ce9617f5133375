"""The smoke tests: GOV.UK Pay's 12 scenarios, and the probe of every load balancer.

A new scenario is one value here and its script in `constructs/pay/smoke/scripts/`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pay.model.smoke import SmokeScenario, ThirdParty

_API = ("publicauth", "connector")
_CARD = (*_API, "adminusers", "cardid")
_TO_PROVIDERS = (*_CARD, "egress")
_WEBHOOK = ("webhooks", "ledger", "webhooks-egress")

_STAGING = "staging-2"
_PRODUCTION = "production-2"
_EVERYWHERE = {_STAGING: 30, _PRODUCTION: 30}
"""Public: all 12 are scheduled in staging, and in production those that reach no provider."""
_IN_STAGING = {_STAGING: 60}

_ATTEMPTS = {ThirdParty.WORLDPAY: 10, ThirdParty.STRIPE: 3}
"""Public: GOV.UK Pay's pipeline tries Worldpay's scenarios 10 times."""


def _at(provider: ThirdParty, name: str, what: str) -> SmokeScenario:
    """Return a scenario on the card pages that ends at a payment provider."""
    return SmokeScenario(
        name=name,
        what=what,
        opens=("publicapi", "frontend"),
        passes_through=_TO_PROVIDERS,
        needs_browser=True,
        third_party=provider,
        attempts=_ATTEMPTS[provider],
        schedules=_IN_STAGING,
    )


_SCENARIOS = (
    SmokeScenario(
        name="card-sandbox",
        what="pays by card at GOV.UK Pay's own provider, and waits for the webhook",
        opens=("publicapi", "frontend"),
        passes_through=(*_CARD, *_WEBHOOK),
        needs_browser=True,
        schedules=_EVERYWHERE,
    ),
    _at(ThirdParty.STRIPE, "card-stripe", "pays by card at Stripe, without 3D Secure"),
    _at(
        ThirdParty.STRIPE,
        "card-stripe-3ds",
        "pays by card at Stripe, through a 3D Secure challenge",
    ),
    _at(
        ThirdParty.WORLDPAY,
        "card-worldpay",
        "pays by card at Worldpay, without 3D Secure",
    ),
    _at(
        ThirdParty.WORLDPAY,
        "card-worldpay-3ds",
        "pays by card at Worldpay, through a 3D Secure challenge",
    ),
    _at(
        ThirdParty.WORLDPAY,
        "card-worldpay-exempt",
        "pays by card at Worldpay, which exempts it from 3D Secure",
    ),
    SmokeScenario(
        name="recurring-sandbox",
        what="sets up an agreement at GOV.UK Pay's own provider and pays by it",
        opens=("publicapi", "frontend"),
        passes_through=_CARD,
        needs_browser=True,
        schedules=_EVERYWHERE,
    ),
    _at(
        ThirdParty.STRIPE,
        "recurring-stripe",
        "sets up an agreement at Stripe and pays by it",
    ),
    _at(
        ThirdParty.WORLDPAY,
        "recurring-worldpay",
        "sets up an agreement at Worldpay and pays by it",
    ),
    SmokeScenario(
        name="cancel",
        what="cancels a payment by the API",
        opens=("publicapi",),
        passes_through=_API,
        schedules=_EVERYWHERE,
    ),
    SmokeScenario(
        name="payment-link",
        what="follows a payment link up to the card page",
        opens=("products-ui", "frontend"),
        passes_through=("products", "publicapi", *_CARD),
        needs_browser=True,
        schedules=_EVERYWHERE,
    ),
    SmokeScenario(
        name="notifications",
        what="sends the message of a payment provider",
        opens=("notifications",),
        passes_through=("connector",),
        schedules=_EVERYWHERE,
    ),
)

PROBE = SmokeScenario(
    name="probe",
    what="asks the health check of every service at its load balancer",
    opens=None,
    timeout_seconds=60,
)
"""Reaches the services that no scenario opens, before DNS leads to the side that is tried."""

SCENARIOS: Mapping[str, SmokeScenario] = MappingProxyType(
    {scenario.name: scenario for scenario in (*_SCENARIOS, PROBE)}
)
"""Every smoke test by its name."""

NOT_IN_A_SCENARIO: Mapping[str, str] = MappingProxyType(
    {
        "selfservice": "GOV.UK Pay's own scenarios do not open the admin tool; the probe does",
        "toolbox": "for GOV.UK Pay's staff only: no payer and no service depends on it",
    }
)
"""Service -> why only the probe asks it."""
