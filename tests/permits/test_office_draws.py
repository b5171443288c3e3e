"""Draws, texts and what was used in the office: lists, filters, proofs, files, and nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parkops.audit.models import AuditEvent
from parkops.kernel.actors import SYSTEM
from parkops.messaging.models import Phone, TextMessage
from parkops.messaging.texts import operations as texts
from parkops.messaging.texts.providers import Inbound
from permits import operations
from permits.models import Draw, WaitlistEntry
from permits.queries import draw_pages
from permits.queries.draws import in_order
from permits.rules.plates import read_plates
from tests.permits.test_lottery import CLOSES, HOUR, OPENS, drawn, with_lottery

PER_MINUTE = "parkops.api.limits.allow"


@pytest.fixture(autouse=True)
def _unlimited(monkeypatch):
    monkeypatch.setattr(PER_MINUTE, lambda *_, **__: True)


@pytest.fixture
def lot(harbor, person):
    """A lottery for two places: four entered, one withdrew, and it is drawn."""
    with_lottery(total=2)
    tickets = [
        operations.enter_lottery(
            type_code="LOT", customer_id=person(name).pk, by=SYSTEM, at=OPENS + HOUR
        )
        for name in ("ana", "ben", "cleo", "dan")
    ]
    operations.leave_lottery(tickets[3].reference, by=SYSTEM, at=OPENS + 2 * HOUR)
    drawn()
    return Draw.objects.get()


def body(answer) -> str:
    return b"".join(answer.streaming_content).decode() if answer.streaming else ""


class TestDraws:
    @pytest.fixture(autouse=True)
    def _at(self):
        with time_machine.travel(CLOSES + HOUR, tick=False):
            yield

    def test_what_became_of_each(self, lot):
        rows = draw_pages.entry_rows(list(draw_pages.entries(lot, at=CLOSES + HOUR)))
        assert [row.outcome for row in rows] == ["Offered", "Offered", "In line", "Left"]
        assert [row.ticket.drawn_as for row in rows] == [1, 2, 3, None]
        first = WaitlistEntry.objects.get(customer=rows[0].ticket.customer)
        (held,) = operations.accept_offer(
            first.reference,
            plates=read_plates(["LOT 1"]),
            by=SYSTEM,
            at=CLOSES + HOUR,
        )
        (row,) = draw_pages.entry_rows(
            list(draw_pages.entries(lot, outcome="bought", at=CLOSES + HOUR))
        )
        assert (row.outcome, row.permit) == ("Has a permit", held)
        assert draw_pages.rows_of([lot], at=CLOSES)[0].entered == 3
        assert draw_pages.outcomes_of(lot, at=CLOSES + HOUR) == {
            "bought": 1,
            "offered": 1,
            "line": 1,
            "left": 1,
        }

    def test_the_list_and_one(self, site, clara, lot):
        site.login_as(clara)
        listed = site.get("/office/draws/").content.decode()
        assert "Harbor view" in listed
        assert "Drawn" in listed
        assert f"{lot.reference}" not in site.get("/office/draws/?view=coming").content.decode()
        assert f"{lot.reference}" not in site.get("/office/draws/?kind=room").content.decode()
        url = f"/office/draws/{lot.reference}/"
        shown = site.get(url).content.decode()
        assert lot.commitment in shown
        assert lot.seed in shown
        assert "The draw is right." not in shown
        assert "The draw is right." in site.get(f"{url}?repeat=1").content.decode()
        ana = in_order(lot).filter(customer__email__startswith="ana").get()
        found = site.get(f"{url}?q={ana.reference}").content.decode()
        assert found.count('<code class="breaks">') == 3  # the promise, the seed, hers

    def test_a_draw_that_was_meddled_with_is_told(self, site, clara, lot):
        first, second = in_order(lot)[:2]
        lot.tickets.filter(pk=first.pk).update(drawn_as=99, number=99)
        lot.tickets.filter(pk=second.pk).update(drawn_as=1)
        lot.tickets.filter(pk=first.pk).update(drawn_as=2)
        site.login_as(clara)
        shown = site.get(f"/office/draws/{lot.reference}/?repeat=1").content.decode()
        assert "From number 1 on it differs" in shown
        Draw.objects.filter(pk=lot.pk).update(commitment="0" * 64)
        shown = site.get(f"/office/draws/{lot.reference}/?repeat=1").content.decode()
        assert "The seed is not the promised one." in shown

    def test_its_file_is_recorded_and_is_what_is_shown(self, site, clara, lot):
        site.login_as(clara)
        text = body(site.get(f"/office/draws/{lot.reference}/entries.csv?outcome=offered"))
        assert text.count("Offered") == 2
        assert "In line" not in text
        event = AuditEvent.objects.get(event="draw.exported")
        assert event.data["rows"] == 2

    def test_more_draws_cost_no_more_statements(self, site, clara, lot):
        site.login_as(clara)

        def asked() -> int:
            with CaptureQueriesContext(
                connection,
            ) as caught:
                site.get("/office/draws/")
            return len([one for one in caught if not one["sql"].startswith("SET ")])

        asked()
        before = asked()
        for day in range(1, 4):
            Draw.objects.create(
                kind="room",
                type_code="MONTH",
                type_key="month",
                opens_at=OPENS,
                draws_at=OPENS + timedelta(days=day),
                seed="0" * 64,
                commitment="0" * 64,
                created_at=OPENS,
            )
        assert asked() == before


class TestTexts:
    @pytest.fixture(autouse=True)
    def _texts(self, harbor, now, settings):
        settings.IS_LOCAL = True
        with time_machine.travel(now, tick=False):
            texts.receive(Inbound("a", "+12125550101", "", "HELP"), at=now)
            texts.receive(Inbound("b", "+12125550102", "", "STOP"), at=now)
            yield

    def test_the_list_says_who_carries_and_what_was_texted(self, site, clara):
        site.login_as(clara)
        shown = site.get("/office/texts/").content.decode()
        assert "This machine keeps every text" in shown
        assert "STATIONNER" in shown
        assert "+12125550101" in shown
        assert "opted out" in shown
        only = site.get("/office/texts/?q=555%200102&view=in").content.decode()
        assert "STOP" in only
        assert "+12125550101" not in only
        texts.open_line(number="+12125550000", url="https://texts.example/", at=datetime.now(UTC))
        assert "https://texts.example/" in site.get("/office/texts/").content.decode()

    def test_its_file_is_recorded(self, site, clara):
        site.login_as(clara)
        text = body(site.get("/office/texts/texts.csv?view=in"))
        assert text.count("Received") == 2
        assert AuditEvent.objects.get(event="texts.exported").data["rows"] == 2

    def test_more_texts_cost_no_more_statements(self, site, clara, now):
        site.login_as(clara)

        def asked() -> int:
            with CaptureQueriesContext(connection) as caught:
                site.get("/office/texts/")
            return len([one for one in caught if not one["sql"].startswith("SET ")])

        asked()
        before = asked()
        for place in range(4):
            phone = Phone.objects.create(number=f"+1212555030{place}")
            TextMessage.objects.create(
                phone=phone, event="x", key=f"k{place}", words="Hello", created_at=now
            )
        assert asked() == before

    def test_not_for_officers(self, site, bob):
        site.login_as(bob)
        assert site.get("/office/texts/").status_code == 403
