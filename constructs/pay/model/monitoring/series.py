"""Series of both sides in one formula or graph, each with its side's name in front of its id."""

from collections.abc import Mapping

from pay.model.metrics import Dimension, DimensionsOf, Metric, Share
from pay.model.vocabulary import Side


def of_side(metric: Metric, side: Side) -> Metric:
    """Return the metric under an id of its own for the side."""
    return metric.model_copy(update={"id": f"{side}_{metric.id}"})


def share_of_side(share: Share, side: Side) -> Share:
    """Return the share with ids of its own for the side."""
    return share.model_copy(
        update={
            "id": f"{side}_{share.id}",
            "part": tuple(of_side(metric, side) for metric in share.part),
            "whole": tuple(of_side(metric, side) for metric in share.whole),
        }
    )


def side_of(metric: Metric) -> Side:
    """Return the side whose name is in front of the metric's id."""
    return Side(metric.id.partition("_")[0])


def always(dimensions: Mapping[Dimension, str]) -> DimensionsOf:
    """Return the same dimensions for each metric."""
    return lambda metric: dimensions
