"""The calls that GOV.UK Pay's services are sent at fixed times.

The paths and their method are public: the resources and API specifications of pay-connector,
pay-ledger, pay-products and pay-adminusers. connector's parity checker is left out, because staff
start it from toolbox with the range to check. The times are not public: `because` says what each
follows from. Times between 01:00 and 02:00 are never used, because in spring London has no such
hour. Hourly calls use UTC, because London has an hour twice in autumn, and schedules fire only once
in it.
"""

from pay.model.service.scheduled_call import ScheduledCall

SCHEDULED_CALLS = (
    ScheduledCall(
        name="expired-charges-sweep",
        service="connector",
        path="/v1/tasks/expired-charges-sweep",
        cron="cron(0/10 * * * ? *)",
        zone="UTC",
        deadline_seconds=300,
        because="a payment expires after 90 minutes: it is open for ten minutes more at most",
    ),
    ScheduledCall(
        name="gateway-cleanup-sweep",
        service="connector",
        path="/v1/tasks/gateway-cleanup-sweep?limit=100",
        cron="cron(5 * * * ? *)",
        zone="UTC",
        deadline_seconds=900,
        because="asks payment providers about authorisations that failed: an hour is soon enough",
    ),
    ScheduledCall(
        name="emitted-events-sweep",
        service="connector",
        path="/v1/tasks/emitted-events-sweep",
        cron="cron(0/30 * * * ? *)",
        zone="UTC",
        deadline_seconds=900,
        because="takes events that are 30 minutes old and were not sent",
    ),
    ScheduledCall(
        name="connector-expunge",
        service="connector",
        path="/v1/tasks/expunge",
        cron="cron(30 2 * * ? *)",
        deadline_seconds=3_600,
        because="deletes what ledger has, while the fewest people pay",
    ),
    ScheduledCall(
        name="ledger-expunge",
        service="ledger",
        path="/v1/tasks/expunge-or-redact-historical-data",
        cron="cron(30 3 * * ? *)",
        deadline_seconds=3_600,
        because="an hour after connector's, which asks ledger",
    ),
    ScheduledCall(
        name="products-expunge",
        service="products",
        path="/v1/tasks/delete-historical-data",
        cron="cron(0 4 * * ? *)",
        deadline_seconds=3_600,
        because="old payments of payment links, while the fewest people pay",
    ),
    ScheduledCall(
        name="adminusers-expunge",
        service="adminusers",
        path="/v1/tasks/expunge-and-archive-historical-data",
        cron="cron(30 4 * * ? *)",
        deadline_seconds=3_600,
        because="users who have not signed in for years: a night more does not matter",
    ),
)
"""Every call, in the order of its service's first call."""


def calls_of(service: str | None) -> tuple[ScheduledCall, ...]:
    """Return the calls that a service is sent."""
    return tuple(call for call in SCHEDULED_CALLS if call.service == service)
