"""Long lists stop counting."""

import pytest

from parkops.audit.models import AuditEvent
from parkops.ui import paging
from parkops.ui.paging import LongPaginator

pytestmark = pytest.mark.django_db


@pytest.fixture
def five_rows(harbor, now):
    AuditEvent.objects.bulk_create(
        AuditEvent(at=now, event=f"test.{n}", subject_kind="test", subject_ref=str(n))
        for n in range(5)
    )
    return AuditEvent.objects.filter(subject_kind="test").order_by("pk")


@pytest.mark.parametrize(
    ("counted", "count", "has_more", "pages"), [(5, 5, False, 3), (4, 4, True, 2), (9, 5, False, 3)]
)
def test_a_long_list_is_counted_so_far_and_no_further(
    five_rows, monkeypatch, counted, count, has_more, pages
):
    monkeypatch.setattr(paging, "COUNTED", counted)
    rows = LongPaginator(five_rows, 2)
    assert (rows.count, rows.has_more, rows.num_pages) == (count, has_more, pages)


def test_a_page_beyond_the_last_is_the_last(five_rows, monkeypatch):
    monkeypatch.setattr(paging, "COUNTED", 4)
    shown = LongPaginator(five_rows, 2).get_page(99)
    assert (shown.number, [row.event for row in shown]) == (2, ["test.2", "test.3"])
