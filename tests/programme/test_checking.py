"""How a draft stands: faults, findings, changes in the words of the editors."""

from datetime import date
from pathlib import Path

import pytest

from parkops.programme import checking, load, parts
from parkops.programme.diff import differences
from parkops.programme.editing import listing
from parkops.programme.editing.wording import fact_of
from parkops.programme.schema import Programme

HARBOR = load.read(Path(__file__).parents[1] / "programmes" / "harbor.yaml")
TODAY = date(2026, 11, 10)


def changed(part: str, code: str | None, **facts) -> dict:
    held = parts.find(HARBOR.document, part, code) or {}
    return parts.put(HARBOR.document, part, code, held | facts)


def check(document: dict) -> checking.Checked:
    return checking.check(document, before=HARBOR.programme, today=TODAY)


class TestCheck:
    def test_what_is_in_force_changes_nothing(self):
        checked = check(HARBOR.document)
        assert (checked.faults, checked.changes) == ((), ())
        assert {finding.word for finding in checked.findings} == {"Look at"}

    def test_a_fault_is_told_of_the_part_that_has_it(self):
        checked = check(changed("permit_types", "MONTH", grants=[{"zones": ["NOWHERE"]}]))
        (fault,) = checked.faults
        assert (fault.part, fault.code, fault.subject) == (
            "permit_types", "MONTH", "Permit type MONTH"
        )  # fmt: skip
        assert fault.text.startswith("Rights: zones, 1: there is no zone NOWHERE;")
        assert checked.about("permit_types", "month").faults == (fault,)
        assert checked.about("permit_types", "GUEST").faults == ()

    def test_of_a_document_that_is_none_everything_is_told(self):
        checked = check({"schema": 1, "programme": {"name": "X"}, "zones": [{"code": "A"}]})
        assert checked.programme is None
        subjects = {finding.subject for finding in checked.faults}
        assert {"Zone A", "Name, place and money"} <= subjects

    @pytest.mark.parametrize(
        ("line", "part", "code", "subject", "text"),
        [
            (
                "zone A: no permit type grants it",
                "zones",
                "A",
                "Zone A",
                "No permit type grants it.",
            ),
            ("event x: it is off", "events", "", "Event x", "It is off."),
            ("sessions.rates.1: charges A", "sessions", "", "Rate 2", "Charges A."),
            ("permit type É-1: its floor", "permit_types", "É-1", "Permit type É-1", "Its floor."),
        ],
    )
    def test_a_line_of_lint_is_of_a_part(self, line, part, code, subject, text):
        found = checking.finding_of(line)
        assert (found.part, found.code, found.subject, found.text) == (part, code, subject, text)


class TestWords:
    def facts(self, document: dict) -> list[str]:
        return [fact_of(d) for d in differences(HARBOR.programme, Programme.of(document))]

    @pytest.mark.parametrize(
        ("part", "code", "facts", "words"),
        [
            ("permit_types", "MONTH", {"price": {"base": "51.00"}}, "Price"),
            ("permit_types", "MONTH", {"per_customer": 3}, "At most for one customer"),
            ("violations", "FIRE-LANE", {"fine": "101.00"}, "Fine"),
            ("fees", None, {"boot": "1.00"}, "Boot"),
            ("tax", None, {"rate": "9%"}, "Percent"),
            ("zones", "LOT-A", {"enforced": "always"}, "Enforced"),
        ],
    )
    def test_a_change_is_called_what_its_editor_calls_it(self, part, code, facts, words):
        assert words in self.facts(changed(part, code, **facts))

    def test_a_step_has_its_number(self):
        steps = [{"within": "7d", "discount": "50%"}, {"after": "20d", "add": "15.00"}]
        facts = self.facts(changed("violations", "NO-PERMIT", schedule=steps))
        assert "Steps over time: after days, 2" in facts


class TestLists:
    def test_what_is_new_changed_and_retired(self):
        document = changed("audiences", "STAFF", name="Everybody who works")
        document = parts.put(document, "audiences", "STUDENT", None)
        document = parts.put(document, "audiences", None, {"code": "GUESTS"})
        rows = listing.rows(document, "audiences", HARBOR.document, ())
        assert [(row.code, row.state) for row in rows] == [("STAFF", "Changed"), ("GUESTS", "New")]
        assert listing.retired(document, "audiences", HARBOR.document) == ["STUDENT"]

    def test_a_year_is_drawn_from_its_first_month_to_its_last(self):
        months = listing.year_view(
            ["2026-12-25", {"from": "2026-12-31", "to": "2027-01-02"}, "soon"]
        )
        assert [month.name for month in months] == ["December 2026", "January 2027"]
        marked = [
            day for month in months for week in month.weeks for day, is_in in week if is_in and day
        ]
        assert marked == [25, 31, 1, 2]
        assert listing.year_view([]) == []
