"""Whom a new version of the programme touches: permits that are valid, carts that are open."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count

from parkops.kernel.codes import code_key
from parkops.programme.schema import Programme
from permits.models import Permit
from permits.rules.status import Status


def on_permits(before: Programme, after: Programme, at: datetime) -> Iterator[str]:
    """Yield what becomes of the permits that there are, by three queries."""
    rows = Permit.objects.current_at(at).values("type_key").annotate(many=Count("pk"))
    current = {str(row["type_key"]): int(row["many"]) for row in rows.order_by("type_key")}
    total = sum(current.values())
    if total:
        yield f"{_many(total, 'permit')} that {_be(total)} valid or waiting {_keep(total)} {_rules(total)}."
    for kind in before.permit_types:
        gone = after.permit_type(kind.code) is None
        many = current.get(code_key(kind.code), 0)
        if gone and many:
            run = "runs to its end" if many == 1 else "run to their end"
            told = f"{_many(many, 'permit')} of it {run}"
            yield f"{kind.code} is not sold or renewed any more; {told}."
    dearer = {
        code_key(kind.code)
        for kind in after.permit_types
        if (was := before.permit_type(kind.code)) is not None and was.price != kind.price
    }
    held = Permit.objects.with_status(Status.HELD, at).filter(type_key__in=dearer).count()
    if held:
        yield f"{_many(held, 'cart')} not yet paid {_keep(held)} the price that was quoted."


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def _keep(count: int) -> str:
    return "keeps" if count == 1 else "keep"


def _rules(count: int) -> str:
    return "its rules" if count == 1 else "their rules"
