"""Whom a new version of the programme touches, told before it is published."""

from datetime import timedelta
from pathlib import Path

from enforcement.queries.effects import on_citations
from parkops.programme import load, parts
from parkops.programme.schema import Programme
from permits.queries.effects import on_permits

HARBOR = load.read(Path(__file__).parents[1] / "programmes" / "harbor.yaml")
WITHOUT_MONTH = Programme.of(parts.put(HARBOR.document, "permit_types", "MONTH", None))


def test_nobody_where_nothing_was_sold_or_cited(harbor, now):
    assert [*on_permits(HARBOR.programme, WITHOUT_MONTH, now)] == []
    milder = Programme.of(parts.put(HARBOR.document, "violations", "FIRE-LANE", None))
    assert [*on_citations(HARBOR.programme, milder, now)] == []


def test_holders_of_a_type_that_is_retired(person, sell, now):
    sell(person(), "MONTH", "ABC 123")
    assert [*on_permits(HARBOR.programme, WITHOUT_MONTH, now + timedelta(minutes=1))] == [
        "1 permit that is valid or waiting keeps its rules.",
        "MONTH is not sold or renewed any more; 1 permit of it runs to its end.",
    ]


def test_carts_keep_the_price_that_was_quoted(person, hold, now):
    hold(person(), "MONTH", "ABC 123")
    kind = parts.find(HARBOR.document, "permit_types", "MONTH") | {"price": {"base": "51.00"}}
    after = Programme.of(parts.put(HARBOR.document, "permit_types", "MONTH", kind))
    lines = [*on_permits(HARBOR.programme, after, now + timedelta(minutes=1))]
    assert lines[-1] == "1 cart not yet paid keeps the price that was quoted."
    assert len([*on_permits(HARBOR.programme, HARBOR.programme, now + timedelta(minutes=1))]) == 1
