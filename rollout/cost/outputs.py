"""The files that a report can be written to, by their ending."""

from collections.abc import Callable, Mapping

from rollout.cost.report import CostReport


def _workbook(report: CostReport) -> bytes:
    from rollout.cost.workbook import as_workbook  # takes a tenth of a second to import

    return as_workbook(report)


def _csv(report: CostReport) -> bytes:
    from rollout.cost.csv_file import as_csv

    return as_csv(report)


def _page(report: CostReport) -> bytes:
    from rollout.cost.page import as_page

    return as_page(report).encode()


def _markdown(report: CostReport) -> bytes:
    from rollout.cost.markdown import as_markdown

    return as_markdown(report).encode()


WRITERS: Mapping[str, Callable[[CostReport], bytes]] = {
    ".xlsx": _workbook,
    ".csv": _csv,
    ".html": _page,
    ".md": _markdown,
}
