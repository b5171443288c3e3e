"""Whose a cited vehicle was, by a register's records; when a debt may be given up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.rules import notices, owners, write_offs
from enforcement.rules.owners import Record, Seen
from enforcement.rules.standing import Status
from parkops.kernel.money import Money

MAY_15 = date(2026, 5, 15)
SEEN = Seen(MAY_15, "blue Toyota Corolla", date(2027, 3, 1))


class TestProposed:
    def test_k6_the_first_record_on_or_after_the_offence(self):
        """K6: records of 1 May, 20 May and 10 June, cited on 15 May: that of 20 May."""
        days = [date(2026, 6, 10), date(2026, 5, 1), date(2026, 5, 20)]
        assert owners.proposed([Record(day) for day in days], MAY_15) == 2

    def test_a_record_of_the_day_itself_counts_and_older_ones_never(self):
        assert owners.proposed([Record(date(2026, 5, 14)), Record(MAY_15)], MAY_15) == 1
        assert owners.proposed([Record(date(2026, 5, 14))], MAY_15) is None
        assert owners.proposed([], MAY_15) is None

    @given(st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=8))
    def test_is_the_earliest_that_is_not_before(self, days):
        place = owners.proposed([Record(day) for day in days], MAY_15)
        after = [day for day in days if day >= MAY_15]
        assert (place is None) == (not after)
        if place is not None:
            assert days[place] == min(after)


class TestDifferences:
    @pytest.mark.parametrize(
        ("make", "expires_on", "words"),
        [
            ("Toyota", date(2027, 3, 1), []),
            ("TOYOTA COROLLA", date(2027, 3, 1), []),
            ("Honda", date(2027, 3, 1), ["Make"]),
            ("", date(2027, 3, 1), ["Make"]),
            ("Toy", date(2027, 3, 1), ["Make"]),
            ("Toyota", date(2027, 4, 1), ["Plate expiry"]),
            ("Toyota", None, ["Plate expiry"]),
            ("Honda", None, ["Make", "Plate expiry"]),
        ],
    )
    def test_k7_both_must_match(self, make, expires_on, words):
        found = owners.differences(SEEN, Record(MAY_15, make, expires_on))
        assert [text.partition(":")[0] for text in found] == words

    def test_what_the_citation_does_not_say_is_a_difference(self):
        found = owners.differences(Seen(MAY_15), Record(MAY_15, "Toyota", date(2027, 3, 1)))
        assert found == [
            "No make was written on the citation.",
            "No plate expiry was written on the citation.",
        ]


@pytest.mark.parametrize(
    ("has_plate", "is_locked", "other", "code"),
    [
        (True, False, "", ""),
        (False, False, "", "no_plate"),
        (True, True, "", "locked"),
        (True, False, "Q-2026-00012-1", "in_batch"),
    ],
)
def test_who_may_join_a_batch(has_plate, is_locked, other, code):
    decision = owners.may_join(has_plate=has_plate, is_locked=is_locked, batch="Q-1", other=other)
    assert decision.code == code
    assert other in decision.reason


class TestReadAnswers:
    def test_reads_lines_and_tells_what_is_wrong_in_which(self):
        text = (
            "Plate,record_on,name,address,make,plate_expires_on\n"
            "ABC 123,2026-05-20,Ada Lovelace,1 Main St|Springfield,Toyota,2027-03\n"
            "\n"
            "XYZ 9,20 May,Bo,2 Main St,,\n"
            "XYZ 9,2026-05-20,,2 Main St,,\n"
            "-,2026-05-20,Bo,2 Main St,,\n"
        )
        answers, faults = owners.read_answers(text.encode())
        (answer,) = answers
        assert (answer.name, answer.address) == ("Ada Lovelace", "1 Main St\nSpringfield")
        assert answer.record == Record(date(2026, 5, 20), "Toyota", date(2027, 3, 1))
        assert [fault.line for fault in faults] == [4, 5, 6]
        assert faults[1].text == "name is empty."
        assert "2026-05-20" in faults[0].text

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "empty"),
            (b"\xff\xfe", "not UTF-8"),
            (b"plate,name\n", "lacks record_on, address"),
        ],
    )
    def test_a_file_that_is_none(self, content, words):
        answers, faults = owners.read_answers(content)
        assert answers == []
        assert words in faults[0].text

    def test_what_no_text_can_hold_is_left_out(self):
        text = "plate,record_on,name,address\nA\x00B,2026-05-20,A\x00da,\x001 Main St\n"
        ((answer,), faults) = owners.read_answers(text.encode())
        assert (answer.plate, answer.name, answer.address) == ("AB", "Ada", "1 Main St")
        assert faults == []

    @given(st.binary(max_size=200))
    def test_no_file_breaks_it(self, content):
        owners.read_answers(content)


@pytest.mark.parametrize(
    ("stage", "is_told", "kind"),
    [
        ("", False, "reminder"),
        ("Owner-Lookup", False, "reminder"),
        ("second-notice", True, "reminder"),
        ("Collections", True, "collections"),
        ("registration-hold", True, "registration-hold"),
    ],
)
def test_which_stage_is_told(stage, is_told, kind):
    assert notices.is_told(stage) is is_told
    assert notices.kind_of(stage) == kind


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({}, ""),
        ({"is_asked": True}, "asked_already"),
        ({"status": Status.ON_APPEAL}, "on_appeal"),
        ({"owed": Money(0, "USD")}, "nothing_owed"),
        ({"has_charge": False}, "imported"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_may_be_written_off(more, code):
    given_ = {
        "status": Status.COLLECTIONS,
        "owed": Money(4_000, "USD"),
        "has_charge": True,
        "is_asked": False,
        "reason": "cannot be found",
    }
    assert write_offs.may_write_off(**given_ | more).code == code
