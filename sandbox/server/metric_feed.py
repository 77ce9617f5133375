"""A door for the metrics that AWS itself sends, which `PutMetricData` refuses.

    POST /_sandbox/metrics    [{"namespace": "AWS/ApplicationELB", "name": "RequestCount",
                                "dimensions": {"LoadBalancer": "app/a/1"},
                                "points": [[1764150000, 57, 1], ...]}]

A point is a time in seconds since the epoch, a value, and how often the value was seen then.
"""

import json
from http import HTTPStatus

from werkzeug import Request, Response

from sandbox.server.errors import Answer, Environ

PATH = "/_sandbox/metrics"


def feeding_metrics(answer: Answer) -> Answer:
    """Return `answer` with the door."""

    def serve(environ: Environ) -> Response:
        if environ["PATH_INFO"] != PATH:
            return answer(environ)
        from sandbox.aws.metric_store import STORE, Series

        for row in json.loads(Request(environ).get_data()):
            series = Series(row["namespace"], row["name"], frozenset(row["dimensions"].items()))
            for at, value, count in row["points"]:
                STORE.put(series, at, {float(value): float(count)}, unit=row.get("unit"))
        return Response(json.dumps({}), HTTPStatus.OK, mimetype="application/json")

    return serve
