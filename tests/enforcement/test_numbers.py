"""Numbers that devices take along: one series, every number explained, none used twice (K3, K19)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection

from enforcement.models import AllottedNumber, Citation
from enforcement.operations import citations, numbers
from enforcement.operations.citations import Draft
from enforcement.queries import numbers as register
from parkops.audit.models import AuditEvent
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.numbers import is_well_formed

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
DEVICE, OTHER = UUID(int=1), UUID(int=2)
BOB, EVE = Actor("staff", "101", "Bob"), Actor("staff", "102", "Eve")


def issue(number: str = "", *, device: UUID | None = DEVICE, by: Actor = BOB, **more) -> Citation:
    given = {"client_id": uuid4(), "plate": "ABC 123", "region": "", "zone": "LOT-A"} | more
    given = {"violation": "NO-PERMIT", "issued_at": NOW} | given
    return citations.issue_citation(
        Draft(number=number, device=device, **given), by=by, at=NOW
    ).citation


def allot(count: int, *, device: UUID = DEVICE, by: Actor = BOB, at: datetime = NOW) -> list[str]:
    return [row.number for row in numbers.allot_numbers(device, count, by, at)]


class TestAllotting:
    def test_gives_numbers_of_the_one_series_with_pins(self, harbor):
        before = issue().number
        held = numbers.allot_numbers(DEVICE, 3, BOB, NOW)
        after = issue().number
        assert [int(n.split("-")[2]) for n in [before, *(r.number for r in held), after]] == [
            1, 2, 3, 4, 5,
        ]  # fmt: skip
        assert all(is_well_formed(row.number) for row in held)
        assert all(len(row.pin) == 6 and row.pin.isdecimal() for row in held)

    def test_twice_is_once_and_what_was_used_is_made_up_for(self, harbor):
        first = allot(3)
        assert allot(3) == first
        issue(first[0])
        again = allot(3)
        assert again[:2] == first[1:]
        assert len(again) == 3

    def test_each_officer_and_each_device_holds_its_own(self, harbor):
        held = [*allot(2), *allot(2, by=EVE), *allot(2, device=OTHER)]
        assert len(set(held)) == 6

    @pytest.mark.parametrize("count", [0, 201])
    def test_has_a_measure(self, harbor, count):
        with pytest.raises(Refused, match="1 to 200"):
            allot(count)

    def test_is_for_staff_only(self, harbor):
        with pytest.raises(Refused) as refused:
            allot(1, by=SYSTEM)
        assert refused.value.field == "officer"

    def test_two_requests_of_a_device_at_once_are_one(self, own_database):
        def ask(_) -> list[str]:
            connection.set_tenant(own_database)
            try:
                return allot(5)
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(ask, range(4)))
        assert all(answer == answers[0] for answer in answers)
        assert AllottedNumber.objects.count() == 5
        assert register.tally(2026).gaps == 0

    def test_what_was_given_back_goes_out_first_with_another_pin(self, harbor):
        held = {row.number: row.pin for row in numbers.allot_numbers(DEVICE, 2, BOB, NOW)}
        numbers.give_back_numbers(DEVICE, BOB, NOW)
        again = numbers.allot_numbers(OTHER, 3, EVE, NOW)
        assert [row.number for row in again][:2] == list(held)
        assert {row.officer for row in again} == {"Eve"}
        assert [row.pin for row in again][:2] != list(held.values())

    def test_what_is_left_of_a_year_is_spoiled_in_the_next(self, harbor):
        (left,) = allot(1)
        numbers.give_back_numbers(DEVICE, BOB, NOW)
        (fresh,) = allot(1, at=NOW + timedelta(days=60))
        assert fresh.startswith("C-2027-00001-")
        assert "year ended" in register.allotted(left).spoiled_reason


class TestWriting:
    def test_a_citation_keeps_its_number_and_pin(self, harbor):
        row = numbers.allot_numbers(DEVICE, 2, BOB, NOW)[1]
        citation = issue(row.number)
        assert (citation.number, citation.pin) == (row.number, row.pin)
        row.refresh_from_db()
        assert row.citation == citation

    def test_k3_a_number_is_used_once_for_ever(self, harbor):
        (number,) = allot(1)
        citations.void_citation(issue(number).number, reason="Test", by=BOB, at=NOW)
        with pytest.raises(Refused) as refused:
            issue(number)
        assert (refused.value.code, refused.value.field) == ("number_used", "number")

    def test_the_same_writing_down_again_is_the_first(self, harbor):
        (number,) = allot(1)
        client_id = uuid4()
        assert issue(number, client_id=client_id) == issue(number, client_id=client_id)

    def test_two_writings_with_one_number_at_once_are_one(self, own_database):
        (number,) = allot(1)

        def write(plate: str):
            connection.set_tenant(own_database)
            try:
                return issue(number, plate=plate)
            except Refused as refused:
                return refused.code
            finally:
                connection.close()

        with ThreadPoolExecutor(3) as pool:
            results = list(pool.map(write, ["AAA 1", "BBB 2", "CCC 3"]))
        assert results.count("number_used") == 2
        assert Citation.objects.filter(number=number).count() == 1

    @pytest.mark.parametrize(
        "whose", [{"device": OTHER}, {"by": EVE}, {"device": None}, {"by": SYSTEM}]
    )
    def test_somebody_elses_number_is_refused(self, harbor, whose):
        (number,) = allot(1)
        with pytest.raises(Refused) as refused:
            issue(number, **whose)
        assert refused.value.code == "number_not_allotted"
        assert Citation.objects.count() == 0

    @pytest.mark.parametrize("number", ["C-2026-00001-0", "C-2026-99999-9", "x"])
    def test_a_number_that_was_never_given_out_is_refused(self, harbor, number):
        allot(1)
        with pytest.raises(Refused) as refused:
            issue(number)
        assert refused.value.code == "number_not_allotted"

    def test_one_that_was_given_back_or_spoiled_still_counts_when_its_citation_arrives(
        self, harbor
    ):
        back, torn = allot(2)
        numbers.spoil_number(torn, reason="The device is lost.", by=EVE, at=NOW)
        numbers.give_back_numbers(DEVICE, BOB, NOW)
        assert [issue(back).number, issue(torn).number] == [back, torn]
        assert register.tally(2026) == register.Tally(2, 2, 0, 0, 0)


class TestGivingBackAndSpoiling:
    def test_only_what_is_open_and_only_once(self, harbor):
        used, free, kept = allot(3)
        issue(used)
        given = numbers.give_back_numbers(DEVICE, BOB, NOW, only=[used, free])
        assert [row.number for row in given] == [free]
        assert numbers.give_back_numbers(DEVICE, BOB, NOW, only=[free]) == []
        assert AuditEvent.objects.filter(event="numbers.given_back").count() == 1
        assert [row.number for row in register.held_by(DEVICE, BOB.ref)] == [kept]

    def test_spoiling_needs_a_reason_and_a_number_without_a_citation(self, harbor):
        used, torn = allot(2)
        issue(used)
        for number, reason, code in [(torn, " ", "reason"), (used, "Torn", "used")]:
            with pytest.raises(Refused) as refused:
                numbers.spoil_number(number, reason=reason, by=EVE, at=NOW)
            assert refused.value.code == code
        numbers.spoil_number(torn, reason="Torn", by=EVE, at=NOW)
        with pytest.raises(Refused, match="already"):
            numbers.spoil_number(torn, reason="Torn", by=EVE, at=NOW)
        with pytest.raises(NotFound):
            numbers.spoil_number("C-2026-09999-1", reason="Torn", by=EVE, at=NOW)


class TestRegister:
    def test_explains_every_number(self, harbor):
        issue()
        used, open_, torn, back = allot(4)
        issue(used)
        numbers.spoil_number(torn, reason="Torn", by=EVE, at=NOW)
        numbers.give_back_numbers(DEVICE, BOB, NOW, only=[back])
        rows = register.rows_of(2026, list(register.places(2026)))
        told = {row.number: row.word.text for row in rows}
        assert len(rows) == 5
        assert [told[n] for n in (used, open_, torn, back)] == [
            "Citation", "On a device", "Spoiled", "Given back",
        ]  # fmt: skip
        assert register.tally(2026) == register.Tally(5, 2, 1, 1, 1)
        assert register.gaps(2026) == []

    def test_names_a_number_that_somebody_deleted(self, harbor):
        (number,) = allot(1)
        AllottedNumber.objects.all().delete()
        assert register.tally(2026).gaps == 1
        assert register.gaps(2026) == [number]

    def test_page(self, site, alice, harbor, django_assert_max_num_queries):
        with time_machine.travel(NOW, tick=False):
            issue()
            (held,) = allot(1)
            site.login_as(alice)
            text = site.get("/office/citation-numbers/").content.decode()
            assert held in text
            assert "without a trace" not in text
            numbers.spoil_number(held, reason="Torn", by=EVE, at=NOW)
            assert held not in site.get("/office/citation-numbers/?state=open").content.decode()
            assert held in site.get("/office/citation-numbers/?state=spoiled").content.decode()
            AllottedNumber.objects.all().delete()
            assert "without a trace" in site.get("/office/citation-numbers/").content.decode()
            allot(50)
            with django_assert_max_num_queries(15):
                site.get("/office/citation-numbers/?year=nonsense&state=nonsense")

    def test_an_officer_may_look_and_not_spoil(self, site, bob, alice, harbor):
        (held,) = allot(1)
        path = f"/office/citation-numbers/{held}/spoiled/"
        assert site.login_as(bob).get(path).status_code == 403
        site.login_as(alice)
        assert site.post(path, {"reason": ""}).status_code == 422
        assert site.post(path, {"reason": "Lost in the sea"}).status_code == 302
        assert "Lost in the sea" in site.get("/office/citation-numbers/").content.decode()
        assert site.get("/office/citation-numbers/C-2026-00099-9/spoiled/").status_code == 404


class TestApi:
    def test_a_device_takes_numbers_writes_with_one_and_gives_back(self, site, token, bob):
        header = token("enforcement:read", "enforcement:write")

        def post(path: str, body: dict, status: int = 200) -> dict:
            answer = site.post(
                f"/api/v1{path}", body, content_type="application/json", headers=header
            )
            assert answer.status_code == status, answer.content
            return answer.json()

        holder = {"device": str(DEVICE), "officer": bob.email}
        one, two = post("/number-allotments", {**holder, "count": 2})["numbers"]
        body = {"client_id": str(uuid4()), "plate": "ABC 123", "zone": "LOT-A"}
        body |= {"violation": "NO-PERMIT", "at": NOW.isoformat()}
        body |= {**holder, "number": one["number"]}
        assert post("/citations", body, 201)["pin"] == one["pin"]
        again = {**body, "client_id": str(uuid4())}
        assert post("/citations", again, 422)["code"] == "number_used"
        spoiling = f"/numbers/{one['number']}/spoiling"
        assert post(spoiling, {"reason": "x"}, 422)["code"] == "used"
        assert post("/number-allotments/returns", holder)["returned"] == [two["number"]]
        refused = post("/number-allotments", {**holder, "officer": "nobody", "count": 2}, 422)
        assert refused["errors"][0]["field"] == "officer"
