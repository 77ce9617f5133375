"""The catalogue: GOV.UK Pay's 15 deployed services, one file each, whatever they run on."""

from collections.abc import Mapping
from types import MappingProxyType

from pay.catalogue.adminusers import ADMINUSERS
from pay.catalogue.cardid import CARDID
from pay.catalogue.connector import CONNECTOR
from pay.catalogue.egress import EGRESS
from pay.catalogue.frontend import FRONTEND
from pay.catalogue.ledger import LEDGER
from pay.catalogue.notifications import NOTIFICATIONS
from pay.catalogue.products import PRODUCTS
from pay.catalogue.products_ui import PRODUCTS_UI
from pay.catalogue.publicapi import PUBLICAPI
from pay.catalogue.publicauth import PUBLICAUTH
from pay.catalogue.selfservice import SELFSERVICE
from pay.catalogue.toolbox import TOOLBOX
from pay.catalogue.webhooks import WEBHOOKS
from pay.catalogue.webhooks_egress import WEBHOOKS_EGRESS
from pay.model import Microservice

CATALOGUE: Mapping[str, Microservice] = MappingProxyType(
    {
        service.name: service
        for service in (
            ADMINUSERS,
            CARDID,
            CONNECTOR,
            EGRESS,
            FRONTEND,
            LEDGER,
            NOTIFICATIONS,
            PRODUCTS,
            PRODUCTS_UI,
            PUBLICAPI,
            PUBLICAUTH,
            SELFSERVICE,
            TOOLBOX,
            WEBHOOKS,
            WEBHOOKS_EGRESS,
        )
    }
)
"""Every service by its name, in the order of the names."""

__all__ = ["CATALOGUE"]
