"""frontend: the payment pages that the public types card details into."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import NodeService
from pay.model import Call, CallStyle, Exposure, Link, Scope, Secret

FRONTEND = NodeService(
    name="frontend",
    exposure=Exposure.PUBLIC,
    host="www",
    # Takes card numbers from the payer. Pay's own list of CDE applications names it.
    scope=Scope.INSIDE,
    calls=(
        Call(service="connector", variables=("CONNECTOR_HOST",)),
        Call(service="cardid", variables=("CARDID_HOST",)),
        Call(service="adminusers", variables=("ADMINUSERS_URL",)),
        # Apple Pay's merchant validation.
        Call(service="egress", variables=("HTTPS_PROXY",), style=CallStyle.HTTP_PROXY),
    ),
    links=(Link(service="frontend", variable="FRONTEND_URL"),),
    environment={"COOKIE_MAX_AGE": "5400000", "CSP_ENFORCE": "true", "CSP_SEND_HEADER": "true"},
    parameters=(
        "ADYEN_APPLE_PAY_MERCHANT_ID",
        "ANALYTICS_TRACKING_ID",
        "GOOGLE_PAY_MERCHANT_ID",
        "GOOGLE_PAY_MERCHANT_ID_2",
        "STRIPE_APPLE_PAY_MERCHANT_ID",
        "WORLDPAY_3DS_FLEX_CHALLENGE_LIVE_URL",
        "WORLDPAY_3DS_FLEX_CHALLENGE_TEST_URL",
        "WORLDPAY_3DS_FLEX_DDC_LIVE_URL",
        "WORLDPAY_3DS_FLEX_DDC_TEST_URL",
        "WORLDPAY_APPLE_PAY_MERCHANT_ID",
    ),
    secrets=(
        Secret(variable="SESSION_ENCRYPTION_KEY"),
        Secret(variable="ADYEN_APPLE_PAY_MERCHANT_ID_CERTIFICATE"),
        Secret(variable="ADYEN_APPLE_PAY_MERCHANT_ID_CERTIFICATE_KEY"),
        Secret(variable="STRIPE_APPLE_PAY_MERCHANT_ID_CERTIFICATE"),
        Secret(variable="STRIPE_APPLE_PAY_MERCHANT_ID_CERTIFICATE_KEY"),
        Secret(variable="WORLDPAY_APPLE_PAY_MERCHANT_ID_CERTIFICATE"),
        Secret(variable="WORLDPAY_APPLE_PAY_MERCHANT_ID_CERTIFICATE_KEY"),
    ),
    size=assumptions.FRONTEND_SIZE,
    takes_payments=True,
)
