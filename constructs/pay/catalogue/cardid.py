"""cardid: tells a card's brand and type by its number."""

from pay.catalogue import assumptions
from pay.catalogue.runtimes import JavaService, java_options
from pay.model import Exposure, Scope

CARDID = JavaService(
    name="cardid",
    exposure=Exposure.INTERNAL,
    # Is given card numbers. Pay's own list of CDE applications names it.
    scope=Scope.INSIDE,
    # The card ranges are baked into the image, at the default locations.
    environment={"JAVA_OPTS": java_options(assumptions.CARDID_HEAP)},
    size=assumptions.CARDID_SIZE,
    takes_payments=True,
    judging=assumptions.CARDID_JUDGING,
)
