"""A dataset as a file: the same rows and totals in every format."""

from collections.abc import Callable

from parkops.tenancy.models import Tenant
from reporting.datasets import Dataset
from reporting.exports import delimited, document, sheet, structured
from reporting.exports.far import Begun

Writer = Callable[[Dataset, Tenant, Begun], bytes]

WRITERS: dict[str, tuple[Writer, str]] = {
    "pdf": (document.write, "application/pdf"),
    "xlsx": (
        sheet.write,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "csv": (delimited.write, "text/csv; charset=utf-8"),
    "json": (structured.write, "application/json"),
}
