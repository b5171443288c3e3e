"""Lists by cursor: a page begins after the last row of the one before, whatever was added since."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from ninja import Schema
from pydantic import Field

from parkops.api.problems import Problem
from parkops.tenancy import signing

_PURPOSE = "api-cursor"


class Paging(Schema):
    """The query parameters of a list."""

    limit: int = Field(100, ge=1, le=500)
    cursor: str = Field("", max_length=2_000)


def page_of(
    rows: QuerySet[Any],
    paging: Paging,
    *,
    order: Sequence[str],
    out: Callable[[Any], Any],
) -> dict[str, Any]:
    """Return one page of `rows` as {"items", "next"}, each row through `out`.

    `order` names columns that are never empty, a minus before those that descend; it ends in "id".

    :raises Problem: 422 for a cursor that this list did not give.
    """
    found = list(rows.filter(_after(order, paging.cursor)).order_by(*order)[: paging.limit + 1])
    page = found[: paging.limit]
    more = len(found) > len(page)
    return {
        "items": [out(row) for row in page],
        "next": _cursor_of(order, page[-1]) if more else None,
    }


def page_of_list(
    items: Sequence[Any], paging: Paging, *, out: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return one page of a list that is already in memory, in its order."""
    start = 0
    if paging.cursor:
        start = _read(paging.cursor, ["offset"])[0]
        if not isinstance(start, int) or start < 0:
            raise _bad_cursor()
    end = start + paging.limit
    following = signing.sign([["offset"], [end]], purpose=_PURPOSE) if end < len(items) else None
    return {"items": [out(item) for item in items[start:end]], "next": following}


def _cursor_of(order: Sequence[str], row: Any) -> str:
    values = [_write(getattr(row, name.removeprefix("-"))) for name in order]
    return signing.sign([list(order), values], purpose=_PURPOSE)


def _write(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _after(order: Sequence[str], cursor: str) -> Q:
    if not cursor:
        return Q()
    values = _read(cursor, list(order))
    after, same = Q(pk__in=[]), Q()
    for name, value in zip(order, values, strict=True):
        column = name.removeprefix("-")
        after |= same & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        same &= Q(**{column: value})
    return after


def _read(cursor: str, order: list[str]) -> list[Any]:
    try:
        given_order, values = signing.unsign(cursor, purpose=_PURPOSE)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _bad_cursor() from error
    if given_order != order:
        raise _bad_cursor()
    return values


def _bad_cursor() -> Problem:
    detail = "This cursor was not given by this list."
    return Problem(422, "cursor", detail, errors=[{"field": "cursor", "message": detail}])
