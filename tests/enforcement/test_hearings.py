"""Hearings: times, bookings, their last place, who came, and the calendar file."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from enforcement.models import Appeal, Hearing, HearingSlot
from enforcement.operations import appeals, hearings
from enforcement.queries import hearings as queries
from enforcement.rules import hearings as rules
from parkops.kernel.actors import PUBLIC, SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from tests.enforcement.test_appeals import NOW, decide, file, issue
from tests.enforcement.test_operations import at_once

ROOM = "City Hall, room 204"


def slot(days: float = 3, **more) -> HearingSlot:
    told = {"minutes": 20, "place": ROOM} | more
    return hearings.open_slots([NOW + timedelta(days=days)], by=SYSTEM, at=NOW, **told)[0]


def heard(plate: str = "ABC 123") -> Appeal:
    citation = issue(plate=plate)
    decide(file(citation))
    return file(citation)


def book(appeal: Appeal, to: HearingSlot, by: Actor = PUBLIC, at=NOW) -> Hearing:
    return hearings.book_hearing(appeal.number, to.reference, by=by, at=at)


class TestTimes:
    def test_are_on_the_weekdays_between_the_hours(self):
        found = rules.starts(
            date(2026, 10, 26),
            date(2026, 11, 6),
            weekdays=[0, 2],
            begins=9 * 60,
            ends=10 * 60,
            minutes=25,
            zone=ZoneInfo("America/New_York"),
        )
        # Summer time ends on 1 November: nine o'clock stays nine o'clock.
        assert [f"{at:%d %H:%M}" for at in found] == [
            "26 13:00",
            "26 13:25",
            "28 13:00",
            "28 13:25",
            "02 14:00",
            "02 14:25",
            "04 14:00",
            "04 14:25",
        ]

    def test_are_not_offered_twice_nor_in_the_past(self, harbor):
        slot()
        assert (
            hearings.open_slots(
                [NOW + timedelta(days=3)], minutes=20, place=ROOM, by=SYSTEM, at=NOW
            )
            == []
        )
        for told in ({"place": " "}, {"days": -1}):
            with pytest.raises(Refused):
                slot(**told)
        assert HearingSlot.objects.count() == 1


class TestBooking:
    def test_is_told_once_and_moved_and_given_up(self, harbor):
        appeal, first, second = heard(), slot(3), slot(4)
        for _ in range(2):
            book(appeal, first)
        assert Message.objects.filter(event="appeal.hearing_booked").count() == 1
        book(appeal, second)
        assert [one.slot_id for one in Hearing.objects.filter(released_at=None)] == [second.pk]
        assert first in queries.open_slots(at=NOW)
        hearings.release_hearing(appeal.number, by=PUBLIC, at=NOW)
        assert not Hearing.objects.filter(released_at=None).exists()

    @pytest.mark.parametrize(
        ("days", "by", "code"),
        [(0.9, PUBLIC, "too_late"), (0.9, Actor("staff", "1", "Clara"), ""), (1.1, PUBLIC, "")],
    )
    def test_appellants_book_a_day_ahead(self, harbor, days, by, code):
        appeal, soon = heard(), slot(days)
        if code:
            with pytest.raises(Refused) as refused:
                book(appeal, soon, by=by)
            assert refused.value.code == code
        else:
            assert book(appeal, soon, by=by).slot == soon

    def test_only_at_a_level_that_is_heard_and_while_the_time_is_open(self, harbor):
        review, closed = file(issue(plate="XY 1")), slot(5)
        with pytest.raises(Refused) as refused:
            book(review, slot())
        assert refused.value.code == "no_hearing"
        hearings.close_slot(closed.reference, by=SYSTEM, at=NOW)
        with pytest.raises(Refused) as refused:
            book(heard(), closed)
        assert refused.value.code == "slot_closed"

    def test_two_take_the_last_place_once(self, own_database):
        offered = slot()
        one, two = heard("AB 1"), heard("AB 2")
        results = at_once(own_database, lambda: book(one, offered), lambda: book(two, offered))
        assert [getattr(r, "code", "booked") for r in results].count("slot_full") == 1
        assert Hearing.objects.filter(slot=offered, released_at=None).count() == 1

    def test_is_free_again_when_the_appeal_ends_or_the_citation_is_voided(self, harbor):
        from enforcement.operations import citations

        offered, appeal = slot(capacity=2), heard()
        other = heard("XY 1")
        book(appeal, offered)
        book(other, offered)
        with pytest.raises(Conflict):
            book(heard("ZZ 1"), offered)
        appeals.withdraw_appeal(appeal.number, by=PUBLIC, at=NOW)
        citations.void_citation(other.citation.number, reason="Wrong.", by=SYSTEM, at=NOW)
        assert not Hearing.objects.filter(released_at=None).exists()


class TestHearing:
    def test_is_held_before_the_decision(self, harbor):
        appeal, offered = heard(), slot()
        book(appeal, offered)
        with pytest.raises(Refused) as refused:
            decide(appeal)
        assert refused.value.code == "not_heard"
        with pytest.raises(Refused):
            hearings.record_hearing(appeal.number, attendance="attended", by=SYSTEM, at=NOW)
        after = offered.ends_at
        held = hearings.record_hearing(
            appeal.number, attendance="missed", note="Waited.", by=SYSTEM, at=after
        )
        assert (held.attendance, held.note) == ("missed", "Waited.")
        with pytest.raises(Refused):
            hearings.release_hearing(appeal.number, by=PUBLIC, at=after)
        assert decide(appeal, at=after).outcome == "upheld"

    def test_is_reminded_of_once(self, harbor):
        book(heard(), slot())
        day_before = NOW + timedelta(days=2, hours=1)
        assert [hearings.remind(at=at) for at in (NOW, day_before, day_before)] == [0, 1, 1]
        assert Message.objects.filter(event="appeal.hearing_soon").count() == 1

    def test_is_in_a_calendar_file(self, harbor):
        appeal, offered = heard(), slot()
        text = queries.hearing_file(appeal, book(appeal, offered), made_at=NOW)
        assert f"SUMMARY:Hearing of appeal {appeal.number}\r\n" in text
        assert "LOCATION:City Hall\\, room 204\r\n" in text
        assert "DTSTART:20261113T151500Z\r\nDTEND:20261113T153500Z\r\n" in text
        day = queries.days(date(2026, 11, 13), count=1)[0]
        assert "Ada" in queries.day_file(day, made_at=datetime(2026, 11, 10, tzinfo=UTC))
