"""The scanning of an account's images by Amazon Inspector."""

from collections.abc import Iterable

from constructs import Construct

from imports.aws.ecr_registry_scanning_configuration import (
    EcrRegistryScanningConfiguration,
    EcrRegistryScanningConfigurationRule,
    EcrRegistryScanningConfigurationRuleRepositoryFilter,
)
from pay.model import addresses
from pay.model.images import Image


def image_scanning(scope: Construct, images: Iterable[Image]) -> None:
    """Scan every image of these repositories again whenever a vulnerability becomes known (PCI DSS
    v4.0.1, 6.3.1 and 11.3.1). One configuration for the registry of an account and region.
    """
    folders = sorted({image.repository.partition("/")[0] for image in images})
    EcrRegistryScanningConfiguration(
        scope,
        addresses.IMAGE_SCANNING.id,
        scan_type="ENHANCED",
        rule=[
            EcrRegistryScanningConfigurationRule(
                scan_frequency="CONTINUOUS_SCAN",
                repository_filter=[
                    EcrRegistryScanningConfigurationRuleRepositoryFilter(
                        filter=f"{folder}/*", filter_type="WILDCARD"
                    )
                    for folder in folders
                ],
            )
        ],
    )
