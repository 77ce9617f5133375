"""frontend: the payment pages that the public types card details into."""

from pay.catalogue import assumptions, common, sidecars
from pay.model import Call, CallStyle, Exposure, Link, Microservice, Runtime, Scope, Secret, Timing

FRONTEND = Microservice(
    name="frontend",
    runtime=Runtime.NODE,
    container_port=common.NODE_PORT,
    health_check_path=common.HEALTH_CHECK_PATH,
    exposure=Exposure.PUBLIC,
    host="www",
    # Takes card numbers from the payer: named in Pay's own list of CDE applications.
    scope=Scope.INSIDE,
    calls=(
        Call(service="connector", variables=("CONNECTOR_HOST",)),
        Call(service="cardid", variables=("CARDID_HOST",)),
        Call(service="adminusers", variables=("ADMINUSERS_URL",)),
        # Apple Pay's merchant validation.
        Call(service="egress", variables=("HTTPS_PROXY",), style=CallStyle.HTTP_PROXY),
    ),
    links=(Link(service="frontend", variable="FRONTEND_URL"),),
    environment={
        **common.node(),
        "COOKIE_MAX_AGE": "5400000",
        "CSP_ENFORCE": "true",
        "CSP_SEND_HEADER": "true",
        "NO_PROXY": common.NO_PROXY,
    },
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
        common.SENTRY_DSN,
        Secret(variable="SESSION_ENCRYPTION_KEY"),
        Secret(variable="ADYEN_APPLE_PAY_MERCHANT_ID_CERTIFICATE"),
        Secret(variable="ADYEN_APPLE_PAY_MERCHANT_ID_CERTIFICATE_KEY"),
        Secret(variable="STRIPE_APPLE_PAY_MERCHANT_ID_CERTIFICATE"),
        Secret(variable="STRIPE_APPLE_PAY_MERCHANT_ID_CERTIFICATE_KEY"),
        Secret(variable="WORLDPAY_APPLE_PAY_MERCHANT_ID_CERTIFICATE"),
        Secret(variable="WORLDPAY_APPLE_PAY_MERCHANT_ID_CERTIFICATE_KEY"),
    ),
    sidecars=sidecars.WEB,
    user=assumptions.APPLICATION_USER,
    size=assumptions.FRONTEND_SIZE,
    timing=Timing(
        longest_request_seconds=assumptions.CALLER_OF_AUTHORISATION_SECONDS,
        start_seconds=assumptions.STARTS_FAST,
    ),
)
