"""Tags of images that name whatever came last; guard and PCI gate refuse the same ones."""

MOVING_TAGS = frozenset(
    {"latest", "main", "master", "head", "edge", "stable", "nightly", "dev", "develop", "current"}
)
"""In lower case."""
