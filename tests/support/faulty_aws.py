"""Clients that count what is asked of AWS, and clients of an AWS with a fault."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from botocore.exceptions import ClientError

from rollout.aws.clients import Client


@dataclass
class Counting:
    """Clients that count the calls."""

    client: Client
    calls: Counter[str] = field(default_factory=Counter)

    def __call__(self, service: str) -> Any:
        return CountingClient(self.client(service), self.calls)


@dataclass
class CountingClient:
    client: Any
    calls: Counter[str]

    def __getattr__(self, name: str) -> Any:
        self.calls[name] += 1
        return getattr(self.client, name)


@dataclass
class Faulty:
    """Clients of an AWS with a fault."""

    client: Client
    fault: str

    def __call__(self, service: str) -> Any:
        return FaultyClient(self.client(service), self.fault)


@dataclass
class FaultyClient:
    client: Any
    fault: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def describe_load_balancers(self, **asked: Any) -> Any:
        answer = self.client.describe_load_balancers(**asked)
        if self.fault == "clock":
            hour_ago = datetime.now(UTC) - timedelta(hours=1)
            answer["ResponseMetadata"]["HTTPHeaders"]["date"] = format_datetime(hour_ago)
        return answer

    def get_metric_data(self, **asked: Any) -> Any:
        if self.fault in ("throttled", "denied"):
            code, message = {
                "throttled": ("Throttling", "Rate exceeded"),
                "denied": ("AccessDenied", "no identity-based policy allows it"),
            }[self.fault]
            error = {"Error": {"Code": code, "Message": message}}
            raise ClientError(error, "GetMetricData")
        if self.fault == "pages":
            return self.client.get_metric_data(**asked, MaxDatapoints=3000)
        answer = self.client.get_metric_data(**asked)
        for result in answer["MetricDataResults"]:
            if self.fault == "partial":
                result["StatusCode"] = "PartialData"
            if self.fault == "nothing":
                result["Timestamps"], result["Values"] = [], []
        return answer | ({"NextToken": "1"} if self.fault == "endless" else {})
