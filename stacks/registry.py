"""`<account>-registry`: the repositories of the images that run in an account."""

from constructs import Construct

from pay.catalogue import IMAGES
from pay.model.environment.account import Account
from pay.model.environment.images import Registry
from pay.model.stacks import REGISTRY
from pay.registry.repository import image_repository
from pay.registry.scanning import image_scanning
from stacks.base import PayStack


class RegistryStack(PayStack):
    """A repository for each image of the catalogue, and the scanning of all."""

    def __init__(self, scope: Construct, account: Account) -> None:
        super().__init__(scope, REGISTRY, account)
        for image in IMAGES.values():
            image_repository(self, image, registry=account.registry or Registry())
        image_scanning(self, IMAGES.values())
