"""The error with which GuardDuty refuses a request (API reference, `BadRequestException`)."""

from typing import Any

from moto.guardduty.exceptions import GuardDutyException


class BadRequest(GuardDutyException):
    code = 400

    def __init__(self, reason: str) -> None:
        super().__init__("BadRequestException", f"The request is rejected because {reason}.")

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        return [("X-Amzn-ErrorType", "BadRequestException")]
