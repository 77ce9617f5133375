"""The files that a report can be written to, by their ending."""

from collections.abc import Callable, Mapping

from rollout.cost.report import Report


def _workbook(report: Report) -> bytes:
    from rollout.cost.workbook import as_workbook  # takes a tenth of a second to import

    return as_workbook(report)


def _csv(report: Report) -> bytes:
    from rollout.cost.csv_file import as_csv

    return as_csv(report)


def _page(report: Report) -> bytes:
    from rollout.cost.page import as_page

    return as_page(report).encode()


def _markdown(report: Report) -> bytes:
    from rollout.cost.markdown import as_markdown

    return as_markdown(report).encode()


WRITERS: Mapping[str, Callable[[Report], bytes]] = {
    ".xlsx": _workbook,
    ".csv": _csv,
    ".html": _page,
    ".md": _markdown,
}
