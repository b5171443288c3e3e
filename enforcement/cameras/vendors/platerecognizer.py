"""Plate Recognizer Stream: a webhook of JSON, alone or in a form with its picture, or rows of CSV."""

import ast
import io
from collections.abc import Iterator
from typing import Any

from defusedcsv import csv

from enforcement.cameras.delivery import Delivery, instant, number, rows, said, share, within
from enforcement.cameras.reads import MOST_READS, Candidate, Read, Told, Unreadable, told
from enforcement.cameras.regions import if_sure, of_country

_LONGEST_CELL = 10_000


def read(delivery: Delivery) -> Told:
    """Return the reads of a webhook or of rows of CSV.

    :raises Unreadable: if it is neither.
    """
    if delivery.text.startswith("timestamp,"):
        return told(list(_lines(delivery.text)))
    message = delivery.object()
    data = message.get("data", message)
    if not isinstance(within(data, "results"), list):
        raise Unreadable("The message has no data.results.")
    picture = delivery.picture("upload")
    return told([_result(data, one, picture) for one in rows(data["results"])])


def _result(data: dict[str, Any], one: dict[str, Any], picture: bytes = b"") -> Read:
    plate, camera = said(one.get("plate")), said(data.get("camera_id"))
    taken = said(data.get("timestamp"))
    place = ",".join(said(within(one, "box", side)) for side in ("xmin", "ymin"))
    return Read(
        plate=plate.upper(),
        taken_at=instant(taken, utc=True),
        share=share(one.get("score")),
        region=if_sure(
            of_country(said(within(one, "region", "code"))), share(within(one, "region", "score"))
        ),
        candidates=tuple(
            Candidate(said(other.get("plate")).upper(), share(other.get("score")))
            for other in rows(one.get("candidates"))
        ),
        event=f"{camera}:{taken}:{plate}:{place}" if taken else "",
        device=camera,
        direction=_heading(one.get("direction")),
        picture=picture,
        picture_ref=said(data.get("filename")),
    )


def _lines(text: str) -> Iterator[Read]:
    for count, row in enumerate(csv.DictReader(io.StringIO(text))):
        if count == MOST_READS:
            return
        cells = {name: _cell(row.get(name)) for name in ("box", "region", "candidates")}
        data = {"camera_id": "", "timestamp": row.get("timestamp"), "filename": row.get("file")}
        one = {name: row.get(name) for name in ("plate", "score", "direction")}
        yield _result(data, {**one, **cells})


def _cell(text: Any) -> Any:
    """Return the value of a cell, which is written as Python writes it."""
    if not isinstance(text, str) or not text or len(text) > _LONGEST_CELL:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None


def _heading(value: Any) -> str:
    heading = number(value)
    return "" if heading is None else f"{heading:.0f}°"
