"""Files that a page gives: rows as CSV that a spreadsheet opens and does not execute."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from defusedcsv import csv
from django.core.files.storage import default_storage
from django.http import HttpResponse, StreamingHttpResponse
from django_tenants.utils import tenant_context

CSV = "text/csv; charset=utf-8"
MARK = "\ufeff".encode()
"""What tells a spreadsheet that the file is UTF-8."""

Row = Sequence[object]
T = TypeVar("T")


def csv_file(name: str, rows: Iterable[Row]) -> HttpResponse:
    """Return a file of a few thousand rows, whole."""
    return HttpResponse(b"".join([MARK, *_lines(rows)]), content_type=CSV, headers=_headers(name))


def csv_stream(
    name: str, batches: Iterable[Iterable[Row]], *, tenant: Any
) -> StreamingHttpResponse:
    """Return a file of any length, sent batch by batch; each batch is read as `tenant`."""

    def parts() -> Iterator[bytes]:
        yield MARK
        for batch in _as_tenant(batches, tenant):
            yield b"".join(_lines(batch))

    return StreamingHttpResponse(parts(), content_type=CSV, headers=_headers(name))


def stored_file(name: str, *, kind: str, save_as: str, tenant: Any) -> StreamingHttpResponse:
    """Return a file of `tenant`'s store, opened when it is sent and sent piece by piece."""

    def parts() -> Iterator[bytes]:
        with tenant_context(tenant):
            stored = default_storage.open(name)
        with stored:
            yield from stored.chunks()

    return StreamingHttpResponse(parts(), content_type=kind, headers=_headers(save_as))


def json_stream(parts: Iterable[Iterable[str]], *, tenant: Any) -> StreamingHttpResponse:
    """Return JSON of any length, sent part by part; each part is read as `tenant`."""
    sent = ("".join(part).encode() for part in _as_tenant(parts, tenant))
    headers = {"Cache-Control": "private, no-store"}
    return StreamingHttpResponse(sent, content_type="application/json", headers=headers)


def _as_tenant(batches: Iterable[Iterable[T]], tenant: Any) -> Iterator[list[T]]:
    """Read each batch as `tenant`: what is streamed is read after the request's middleware left."""
    asked = iter(batches)
    while True:
        with tenant_context(tenant):
            batch = next(asked, None)
            rows = None if batch is None else list(batch)
        if rows is None:
            return
        yield rows


def _lines(rows: Iterable[Row]) -> Iterator[bytes]:
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow(row).encode()


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }


class _Echo:
    """What a csv writer writes to: each line is given back."""

    def write(self, value: str) -> str:
        """Return what was to be written."""
        return value
