"""cardid: tells a card's brand and type by its number."""

from pay.catalogue import assumptions, common, sidecars
from pay.model import Exposure, Microservice, Runtime, Scope

CARDID = Microservice(
    name="cardid",
    runtime=Runtime.JAVA,
    container_port=common.JAVA_PORT,
    admin_port=common.JAVA_ADMIN_PORT,
    health_check_path=common.HEALTH_CHECK_PATH,
    exposure=Exposure.INTERNAL,
    # Is given card numbers: named in Pay's own list of CDE applications.
    scope=Scope.INSIDE,
    # The card ranges are baked into the image, at the default locations.
    environment=common.java(assumptions.CARDID_HEAP),
    secrets=(common.SENTRY_DSN,),
    sidecars=sidecars.WEB,
    user=assumptions.APPLICATION_USER,
    size=assumptions.CARDID_SIZE,
    timing=assumptions.INTERNAL_TIMING,
)
