"""What a phone sends is understood, and its clock is put right where it is off."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.rules import conflicts
from enforcement.rules.field_records import CLOCKS_MAY_DIFFER_BY, Sent, happened_at, understood

NOON = datetime(2026, 11, 10, 17, 0, tzinfo=UTC)


def raw(**more):
    data = {"plate": "abc 123", "zone": "LOT-A", "violation": "NO-PERMIT"}
    given = {"id": str(uuid4()), "kind": "citation", "seq": 3, "at": NOON.isoformat(), "data": data}
    return given | more


class TestUnderstanding:
    def test_a_whole_record_is_taken_as_it_is(self):
        sent = understood(raw(offline=True, told="unauthorized", age_ms=1500))
        assert isinstance(sent, Sent)
        assert (sent.device_at, sent.is_offline, sent.told) == (NOON, True, "unauthorized")
        assert sent.age == timedelta(seconds=1.5)

    @pytest.mark.parametrize(
        ("more", "asked"),
        [
            ({"id": "7"}, ["id"]),
            ({"kind": "song"}, ["kind"]),
            ({"seq": -1}, ["seq"]),
            ({"seq": True}, ["seq"]),
            ({"at": "2026-11-10T12:00:00"}, ["at"]),
            ({"at": "yesterday", "id": None}, ["id", "at"]),
            ({"data": None}, ["data"]),
            ({"data": {}}, ["plate", "zone", "violation"]),
            ({"data": {"plate": "AB", "zone": " ", "violation": "X"}}, ["zone"]),
            ({"data": {"plate": "---", "zone": "A", "violation": "X"}}, ["plate"]),
            ({"kind": "void", "data": {"citation": "C-1", "reason": "typo"}}, ["citation"]),
            ({"kind": "void", "data": {"citation": str(uuid4())}}, ["reason"]),
        ],
    )
    def test_l11_what_is_missing_is_asked_for(self, more, asked):
        assert [question.field for question in understood(raw(**more))] == asked

    @pytest.mark.parametrize("given", [None, [], "x", 7])
    def test_what_is_no_record_is_none(self, given):
        assert isinstance(understood(given), list)

    def test_only_hashes_are_photos(self):
        data = raw()["data"] | {"photos": ["a" * 64, "b", None, "c" * 64]}
        assert understood(raw(data=data)).photos == ["a" * 64, "c" * 64]

    def test_a_place_is_on_the_globe(self):
        sent = understood(raw(data=raw()["data"] | {"lat": 91, "lon": -71.4}))
        assert (sent.number("lat", 90), sent.number("lon", 180)) == (None, -71.4)


class TestTime:
    @pytest.mark.parametrize(
        ("device", "age", "sent_at", "received", "happened"),
        [
            # A clock that is right is believed, however late the record comes.
            (0, None, 90, 90, 0),
            (0, 90, 90, 90, 0),
            # One that is an hour fast or slow is put right by what it says when it sends.
            (60, None, 150, 90, 0),
            (-60, None, 30, 90, 0),
            # It was an hour fast and set right in between: by a clock that nobody sets, half an hour passed.
            (60, 30, 30, 30, 0),
            # That clock rests while the phone sleeps.
            (0, 10, 90, 90, 0),
            # It was set right by years in between.
            (-20_000_000, 30, 60, 60, 30),
            (-20_000_000, None, 60, 60, 60),
            # Nothing was written after it came.
            (91, None, 91, 90, 90),
        ],
    )
    def test_of_a_record(self, device, age, sent_at, received, happened):
        def minute(n):
            return NOON + timedelta(minutes=n)

        elapsed = None if age is None else timedelta(minutes=age)
        sent = Sent(uuid4(), "check", 1, minute(device), elapsed)
        found = happened_at(sent, sent_at=minute(sent_at), received_at=minute(received))
        assert found == minute(happened)

    @given(
        waited=st.integers(0, 36_000),
        off=st.integers(-40_000, 40_000),
        awake=st.none() | st.floats(0, 1),
    )
    def test_a_clock_that_is_off_by_any_amount_is_put_right(self, waited, off, awake):
        """The phone's clock is `off` all along; the record waited."""
        received = NOON + timedelta(seconds=waited)
        sent = Sent(
            uuid4(),
            "check",
            1,
            NOON + timedelta(seconds=off),
            None if awake is None else timedelta(seconds=waited * awake),
        )
        found = happened_at(sent, sent_at=received + timedelta(seconds=off), received_at=received)
        assert abs(found - NOON) <= CLOCKS_MAY_DIFFER_BY
        assert found <= received


class TestConflicts:
    @pytest.mark.parametrize(
        ("raised_by", "verdict", "rights", "told"),
        [
            ("unauthorized", "authorized", ["Paid stay S-1."], "Paid stay S-1."),
            ("overtime", "authorized", ["A.", "B.", "A."], "A. B."),
            ("unauthorized", "unauthorized", [], ""),
            ("unauthorized", "authorized", [], ""),
            ("unauthorized", "second_vehicle", ["A."], ""),
            ("officer", "authorized", ["A."], ""),
        ],
    )
    def test_a_right_that_existed(self, raised_by, verdict, rights, told):
        assert conflicts.right_existed(raised_by=raised_by, verdict=verdict, rights=rights) == told

    def test_are_decided_by_another_and_with_a_reason(self):
        assert conflicts.may_decide(is_own=True, reason="because").code == "own"
        assert conflicts.may_decide(is_own=False, reason="  ").code == "reason"
        assert conflicts.may_decide(is_own=False, reason="It was paid.")
