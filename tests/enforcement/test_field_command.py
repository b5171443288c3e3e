"""Calls from the public form to their outcome, beats, positions with consent, incidents, coverage."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from enforcement.models import Call, Incident, OfficerPosition, Shift
from enforcement.operations import beats, calls, checks, positions, shifts
from enforcement.operations.calls import Happened, Told
from enforcement.queries import calls as queries
from enforcement.queries import crew
from enforcement.queries.checks import Look
from enforcement.queries.coverage import coverage
from enforcement.rules import calls as rules
from parkops.kernel.actors import PUBLIC, SYSTEM, Actor
from parkops.kernel.decisions import Refused
from parkops.messaging.models import Message
from tests.enforcement.test_appeals import NOW, issue, person

MAIL = "neighbor@person.test"


@pytest.fixture(autouse=True)
def _at_work(fresh_limits):
    with time_machine.travel(NOW, tick=False):
        yield


def take(by: Actor = PUBLIC, files=(), priority: int | None = None, **more) -> Call:
    told = {"kind": "blocked_driveway", "place": "12 Elm St", "caller": "Nia", "email": MAIL}
    return calls.take_call(Told(**told | more), files=files, priority=priority, by=by, at=NOW)


def photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (30, 20), "red").save(out, "JPEG")
    return out.getvalue()


class TestCalls:
    def test_run_from_the_caller_to_the_outcome(self, harbor, bob):
        officer, call = person(bob), take(files=[photo()])
        assert (call.state, call.priority, call.source) == ("new", rules.URGENT, "public")
        assert call.answer_by == NOW + timedelta(minutes=30)
        calls.assign_call(call.number, to=str(bob.pk), by=SYSTEM, at=NOW)
        for act in (calls.accept_call, calls.arrive_at_call):
            for _ in range(2):
                done = act(call.number, by=officer, at=NOW)
        citation = issue()
        for _ in range(2):
            done = calls.finish_call(
                call.number,
                outcome="cited",
                text="It is gone.",
                citation=citation.number,
                by=officer,
                at=NOW,
            )
        assert (done.state, done.citation) == ("done", citation)
        told = Message.objects.get(event="call.report_done")
        assert told.to == MAIL
        assert "A citation was written" in told.text
        assert queries.page_path(call) in told.text

    def test_the_same_form_sent_twice_is_one_call(self, harbor):
        name = uuid4()
        assert take(client_id=name).pk == take(client_id=name).pk
        assert Call.objects.count() == 1

    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"kind": "escort"}, "kind"),
            ({"kind": "nonsense"}, "kind"),
            ({"place": " "}, "place"),
        ],
    )
    def test_what_is_not_a_call_is_refused(self, harbor, told, field):
        with pytest.raises(Refused) as refused:
            take(**told)
        assert refused.value.field == field

    def test_another_officers_call_is_left_alone(self, harbor, bob, alice):
        call = take()
        calls.accept_call(call.number, by=person(bob), at=NOW)
        for act in (calls.accept_call, calls.arrive_at_call):
            with pytest.raises(Refused) as refused:
                act(call.number, by=person(alice), at=NOW)
            assert refused.value.code == "not_yours"
        moved = calls.assign_call(call.number, to=str(alice.pk), by=SYSTEM, at=NOW)
        assert (moved.state, moved.accepted_at) == ("assigned", None)

    def test_a_priority_moves_the_hour(self, harbor, bob):
        call = take()
        low = calls.assign_call(call.number, to=str(bob.pk), priority=4, by=SYSTEM, at=NOW)
        assert low.answer_by == NOW + timedelta(hours=24)
        for told in ({"to": "999999"}, {"to": "", "priority": 9}):
            with pytest.raises(Refused):
                calls.assign_call(call.number, by=SYSTEM, at=NOW, **told)

    def test_what_is_over_stays_so(self, harbor, bob):
        call = take()
        for _ in range(2):
            calls.cancel_call(call.number, reason="Called back.", by=SYSTEM, at=NOW)
        with pytest.raises(Refused) as refused:
            calls.accept_call(call.number, by=person(bob), at=NOW)
        assert refused.value.code == "over"
        assert "Called back." in Message.objects.get(event="call.report_done").text

    @given(st.lists(st.sampled_from(sorted(rules.NEXT)), max_size=8))
    def test_property_nothing_follows_the_end(self, wanted):
        state, ended = rules.NEW, False
        for one in wanted:
            allowed = bool(rules.may_become(state, one))
            assert not (ended and allowed)
            if allowed:
                state = one
                ended = one in (rules.DONE, rules.CANCELLED)

    def test_the_board_is_in_order_and_says_what_is_late(self, harbor):
        low, urgent = take(kind="abandoned"), take()
        later = NOW + timedelta(minutes=31)
        found = queries.calls("", at=later)
        assert [one.number for one in found] == [urgent.number, low.number]
        rows = queries.call_rows(list(found), at=later)
        assert (rows[0].is_late, rows[0].late_text) == (True, "1 min late")
        told = queries.call_rows([urgent], at=NOW + timedelta(days=3))[0].late_text
        assert told == "2 days late"
        assert [one.number for one in queries.calls("late", at=later)] == [urgent.number]

    def test_callers_are_forgotten_after_their_time(self, harbor):
        call = take(files=[photo()])
        calls.cancel_call(call.number, reason="x", by=SYSTEM, at=NOW)
        late = NOW + timedelta(days=401)
        assert [calls.forget_callers(at=at) for at in (NOW, late, late)] == [0, 1, 0]
        call.refresh_from_db()
        assert (call.caller, call.email, call.pictures.count()) == ("", "", 0)
        assert call.place == "12 Elm St"


class TestBeats:
    def test_are_walked_from_the_beginning_of_the_shift(self, harbor, bob):
        beat = beats.save_beat(name="North", zones=["LOT-A", "NOWHERE"], by=SYSTEM, at=NOW)
        assert beat.zones == ["LOT-A"]
        told = {"on": NOW.date(), "by": SYSTEM, "at": NOW}
        beats.give_duty(str(bob.pk), beat=beat.reference, **told)
        assert shifts.start_shift(by=person(bob), at=NOW).beat == beat
        inside, outside = take(zone="LOT-A"), take(zone="LOT-B")
        somewhere = take(place="By the river")
        free = {row.call.number for row in queries.free(beat, at=NOW)}
        assert free == {inside.number, somewhere.number}
        assert outside.number in {row.call.number for row in queries.free(None, at=NOW)}
        beats.give_duty(str(bob.pk), beat=None, **told)
        assert Shift.objects.get().beat is None

    def test_of_another_day_leave_the_shift_that_is_on_alone(self, harbor, bob):
        here, there = (
            beats.save_beat(name=name, zones=["LOT-A"], by=SYSTEM, at=NOW)
            for name in ("North", "South")
        )
        told = {"by": SYSTEM, "at": NOW}
        beats.give_duty(str(bob.pk), beat=here.reference, on=NOW.date(), **told)
        shifts.start_shift(by=person(bob), at=NOW)
        tomorrow = NOW.date() + timedelta(days=1)
        beats.give_duty(str(bob.pk), beat=there.reference, on=tomorrow, **told)
        assert Shift.objects.get().beat == here
        assert crew.duty_of(str(bob.pk), on=tomorrow).beat == there

    def test_have_a_name_of_their_own_and_zones(self, harbor):
        beats.save_beat(name="North", zones=["LOT-A"], by=SYSTEM, at=NOW)
        for told in ({"name": "north"}, {"name": " "}, {"name": "South", "zones": ["NOWHERE"]}):
            with pytest.raises(Refused):
                beats.save_beat(**{"zones": ["LOT-A"]} | told, by=SYSTEM, at=NOW)
        assert len(crew.beats()) == 1


class TestPositions:
    def keep(self, user, at=NOW, lat=40.71):
        return positions.keep_position(lat, -74.0, 12, by=person(user), at=at)

    def test_are_kept_with_consent_during_a_shift_and_not_too_often(self, harbor, bob):
        for code in ("no_consent", "off_shift"):
            with pytest.raises(Refused) as refused:
                self.keep(bob)
            assert refused.value.code == code
            positions.agree(by=person(bob), at=NOW)
        shifts.start_shift(by=person(bob), at=NOW)
        kept = [self.keep(bob, NOW + timedelta(seconds=s)) for s in (0, 5, 25)]
        assert [one is not None for one in kept] == [True, False, True]
        row = crew.at_work(at=NOW + timedelta(minutes=1))[0]
        assert row.position == kept[2]
        assert "BO" in {shape.place.code for shape in crew.officer_map([row], at=NOW).shapes}
        assert crew.at_work(at=NOW + timedelta(minutes=20))[0].position is None

    def test_are_erased_at_once_when_consent_is_taken_back(self, harbor, bob):
        positions.agree(by=person(bob), at=NOW)
        shifts.start_shift(by=person(bob), at=NOW)
        self.keep(bob)
        assert positions.take_back(by=person(bob), at=NOW) == 1
        assert not OfficerPosition.objects.exists()
        with pytest.raises(Refused):
            self.keep(bob)

    def test_are_erased_when_their_time_is_over_and_each_run_is_on_record(self, harbor, bob):
        from parkops.audit.models import AuditEvent

        positions.agree(by=person(bob), at=NOW)
        shifts.start_shift(by=person(bob), at=NOW)
        self.keep(bob)
        times = [NOW + timedelta(days=days) for days in (2, 4, 4)]
        assert [positions.erase_positions(at=at) for at in times] == [0, 1, 0]
        assert AuditEvent.objects.filter(event="positions.erased").count() == 3


class TestIncidents:
    def test_are_recorded_once(self, harbor, bob):
        told = Happened("threat", "He shouted.", NOW, client_id=uuid4(), call=take().number)
        first, again = (calls.record_incident(told, by=person(bob), at=NOW) for _ in range(2))
        assert first.pk == again.pk
        assert first.call is not None
        for wrong in (Happened("x", "y", NOW), Happened("threat", " ", NOW)):
            with pytest.raises(Refused):
                calls.record_incident(wrong, by=person(bob), at=NOW)


class TestCoverage:
    def test_counts_by_zone_and_local_hour(self, harbor):
        checks.check_plate(Look("AB 1", "", "LOT-A", NOW), source="field", by=SYSTEM, at=NOW)
        checks.check_plate(Look("AB 1", "", "LOT-A", NOW), source="api", by=SYSTEM, at=NOW)
        issue()
        day = date(2026, 11, 10)
        found = coverage("checks", day, day)
        assert found.total == 1
        assert "LOT-B" in found.unseen
        cells = {mark.point.label: mark.point.value for mark in found.chart.marks}
        assert cells["LOT-A, 10:00"] == 1
        assert coverage("citations", day, day).total == 1
        assert coverage("checks", day - timedelta(days=1), day - timedelta(days=1)).total == 0


class TestPublicForm:
    def test_is_sent_and_followed_by_its_number(self, site):
        page = site.get("/report/").content.decode()
        assert "A driveway is blocked" in page
        assert "An officer is asked to be there" not in page
        told = {"kind": "blocked_driveway", "place": "12 Elm St", "client_id": uuid4()}
        sent = site.post("/report/", told)
        call = Call.objects.get()
        assert sent["Location"] == queries.page_path(call)
        shown = site.get(sent["Location"]).content.decode()
        assert call.number in shown
        assert "Nobody has it yet" in shown
        wrong = site.post("/report/follow/", {"number": call.number, "pin": "x"})
        assert wrong.status_code == 422
        found = site.post("/report/follow/", {"number": call.number, "pin": call.pin})
        assert found["Location"] == queries.page_path(call)

    def test_says_what_is_missing(self, site):
        refused = site.post("/report/", {"kind": "other", "client_id": uuid4()})
        assert refused.status_code == 422
        assert "Say where it is" in refused.content.decode()

    def test_is_not_sent_without_end(self, site):
        told = {"kind": "other", "place": "x"}
        codes = [site.post("/report/", told | {"client_id": uuid4()}).status_code for _ in range(6)]
        assert codes[-1] == 422
        assert Call.objects.count() < 6

    def test_belongs_to_one_tenant(self, site, other_site):
        path = queries.page_path(take())
        assert site.get(path).status_code == 200
        assert other_site.get(path).status_code == 404


class TestOffice:
    def test_dispatches_and_finishes(self, site, clara, bob, otto):
        call = take()
        site.login_as(clara)
        assert call.number in site.get("/office/dispatch/").content.decode()
        path = f"/office/dispatch/calls/{call.number}"
        given = site.post(f"{path}/officer/", {"officer": bob.pk, "priority": "2"})
        assert given.status_code == 302
        assert "Bob Officer" in site.get(f"{path}/").content.decode()
        assert site.post(f"{path}/outcome/", {"outcome": ""}).status_code == 422
        site.login_as(otto)
        assert site.post(f"{path}/outcome/", {"outcome": "gone"}).status_code == 403
        site.login_as(clara)
        assert site.post(f"{path}/outcome/", {"outcome": "gone"}).status_code == 302
        assert call.number in site.get("/office/dispatch/?view=done").content.decode()

    def test_stays_fresh_without_being_sent_again(self, site, clara):
        import re

        take()
        site.login_as(clara)
        page = site.get("/office/dispatch/").content.decode()
        version = re.search(r'version="([0-9a-f]{16})"', page)[1]
        assert site.get(f"/office/dispatch/?v={version}").status_code == 204
        take()
        fresh = site.get(f"/office/dispatch/?v={version}")
        assert "hx-swap-oob" in fresh.content.decode()
        assert fresh["Live-Version"] != version

    def test_puts_a_task_on_the_board_and_beats_to_officers(self, site, clara, bob):
        site.login_as(clara)
        told = {"kind": "escort", "zone": "LOT-A", "client_id": uuid4()}
        assert site.post("/office/dispatch/new/", told).status_code == 302
        assert Call.objects.get().source == "office"
        beat = {"name": "North", "zones": ["LOT-A"]}
        assert site.post("/office/dispatch/beats/new/", {"name": "x"}).status_code == 422
        assert site.post("/office/dispatch/beats/new/", beat).status_code == 302
        made = crew.beats()[0]
        duty = {"officer": bob.pk, "on": "2026-11-10", "beat": made.reference}
        assert site.post("/office/dispatch/beats/duty/", duty).status_code == 302
        assert crew.duty_of(str(bob.pk), on=date(2026, 11, 10)).beat == made

    def test_the_board_asks_no_more_for_twice_as_many(self, site, clara, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        site.login_as(clara)
        for _ in range(2):
            take()
        site.get("/office/dispatch/")
        with CaptureQueriesContext(connection) as few:
            site.get("/office/dispatch/")
        for _ in range(2):
            take()
        with django_assert_num_queries(len(few)):
            site.get("/office/dispatch/")


class TestField:
    def test_an_officer_goes_there_and_says_what_came_of_it(self, site, bob, dana):
        call = take()
        assert site.login_as(dana).get("/field/calls/").status_code == 403
        site.login_as(bob)
        assert "A driveway is blocked" in site.get("/field/calls/").content.decode()
        path = f"/field/calls/{call.number}"
        for act in ("accept", "arrive"):
            assert site.post(f"{path}/step/", {"act": act}).status_code == 302
        assert "It is done" in site.get(f"{path}/").content.decode()
        assert site.post(f"{path}/outcome/", {"outcome": "warned"}).status_code == 302
        call.refresh_from_db()
        assert (call.state, call.officer) == ("done", "Bob Officer")

    def test_sends_the_position_only_as_agreed(self, site, bob):
        site.login_as(bob)
        told = {"lat": "40.7", "lon": "-74.0", "accuracy": "12.4"}
        assert site.post("/field/position/", told).status_code == 403
        assert site.post("/field/position/sharing/", {"act": "agree"}).status_code == 302
        site.post("/field/shift/", {"start": "1"})
        assert site.post("/field/position/", told).status_code == 204
        assert site.post("/field/position/", {"lat": "99"}).status_code == 422
        assert "po-beacon" in site.get("/field/calls/").content.decode()
        site.post("/field/position/sharing/", {"act": "take_back"})
        assert not OfficerPosition.objects.exists()

    def test_records_an_incident(self, site, bob, clara):
        told = {"kind": "hazard", "text": "Ice on the ramp.", "client_id": uuid4()}
        site.login_as(bob)
        assert site.post("/field/incidents/new/", told | {"text": ""}).status_code == 422
        assert site.post("/field/incidents/new/", told).status_code == 302
        number = Incident.objects.get().number
        site.login_as(clara)
        assert number in site.get("/office/dispatch/incidents/?kind=hazard").content.decode()
        assert "Ice" in site.get(f"/office/dispatch/incidents/{number}/").content.decode()


def test_the_report_counts_what_the_page_counts(harbor):
    from parkops.programme import queries as programme
    from reporting.catalogue.base import Asking
    from reporting.catalogue.coverage import build

    issue()
    day = date(2026, 11, 10)
    asking = Asking(
        {"from": day, "to": day},
        programme.in_force(NOW).programme,
        datetime(2026, 11, 11, tzinfo=UTC),
        lambda share, text: None,
    )
    assert build(asking).rows == [["LOT-A", "10:00", 0, 1]]


class TestApi:
    def test_a_report_line_puts_a_call_on_the_board_once(self, site, token):
        head = token("enforcement:read", "enforcement:write")
        body = {"client_id": str(uuid4()), "kind": "blocked_driveway", "place": "12 Elm St"}

        def send(told):
            return site.post("/api/v1/calls", told, content_type="application/json", headers=head)

        first, again = send(body), send(body)
        assert (first.status_code, first.json()["number"]) == (201, again.json()["number"])
        assert send({"kind": "blocked_driveway"}).json()["errors"][0]["field"] == "place"
        number = first.json()["number"]
        calls.finish_call(number, outcome="gone", by=SYSTEM, at=NOW)
        assert site.get(f"/api/v1/calls/{number}", headers=head).json()["outcome"] == "gone"
        listed = site.get("/api/v1/calls?status=over", headers=head).json()["items"]
        assert [one["number"] for one in listed] == [number]
        assert site.get("/api/v1/calls").status_code == 401


def test_no_two_officers_have_one_mark_on_the_map(harbor):
    for ref, name in (("1", "Oda Officer"), ("2", "Olu Officer"), ("3", "Bob")):
        Shift.objects.create(officer=name, officer_ref=ref, began_at=NOW)
    assert [row.mark for row in crew.at_work(at=NOW)] == ["B", "OO1", "OO2"]


def test_who_is_at_work_reads_no_call_that_is_over(harbor):
    Shift.objects.create(officer="Bob", officer_ref="3", began_at=NOW)
    with CaptureQueriesContext(connection) as asked:
        crew.at_work(at=NOW)
    [of_calls] = [one["sql"] for one in asked if 'FROM "enforcement_call"' in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {of_calls}")
        assert "call_open" in " ".join(line for (line,) in cursor.fetchall())
