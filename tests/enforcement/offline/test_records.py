"""What phones send is taken in: once, in any order, and nothing is dropped (L1-L11, K18)."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enforcement.models import Citation, CitationHold, FieldRecord, Observation, PlateCheck
from enforcement.operations import field_records as taking
from enforcement.operations import holds
from enforcement.operations.field_records import Device, NotYet
from enforcement.queries import boots, checks
from enforcement.queries.checks import Look
from enforcement.queries.held import is_held
from enforcement.rules.field_records import understood
from parkops.audit.models import AuditEvent
from parkops.kernel.actors import Actor
from tests.conftest import Site
from tests.enforcement.offline.conftest import NOW, Phone, picture, record
from tests.enforcement.test_operations import at_once


class TestOnce:
    def test_l1_a_record_that_is_sent_twice_is_one(self, phone):
        sent = record()
        first, second = phone.send(sent, sent)
        assert first == second
        assert (first["status"], first["fine"]["amount"]) == ("done", "40.00")
        assert phone.send(sent) == [first]
        assert Citation.objects.get().number == first["number"]
        assert FieldRecord.objects.count() == 1

    def test_also_when_it_is_sent_at_the_same_time(self, own_database):
        sent = understood(record())
        device, by = Device(uuid4(), NOW), Actor("staff", "7", "Bob")

        def send():
            return taking.take_record(sent, device=device, by=by, at=NOW)

        assert len({one.pk for one in at_once(own_database, *[send] * 4)}) == 1
        assert Citation.objects.count() == FieldRecord.objects.count() == 1

    def test_l2_a_record_keeps_its_own_time_its_device_and_that_it_was_offline(self, phone):
        with time_machine.travel(NOW + timedelta(hours=2), tick=False):
            (told,) = phone.send(record("check", told="unauthorized"))
        kept, look = FieldRecord.objects.get(), PlateCheck.objects.get()
        assert (kept.at, kept.received_at) == (NOW, NOW + timedelta(hours=2))
        assert (str(kept.device), kept.is_offline, kept.differs) == (phone.device, True, False)
        assert (look.at, look.source, told["word"]) == (NOW, "offline", "Not authorized")

    def test_l2_it_is_marked_where_the_office_knew_better(self, phone):
        phone.send(record("check", told="authorized"))
        assert FieldRecord.objects.get().differs

    def test_l3_what_was_refused_is_kept_with_its_reason(self, phone):
        (told,) = phone.send(record("check", zone="NOWHERE"))
        assert told["status"] == "refused"
        kept = FieldRecord.objects.get()
        assert (kept.outcome, kept.reason) == ("refused", "The program has no zone NOWHERE.")
        assert kept.data["plate"] == "abc 123"

    def test_l5_an_unknown_plate_is_never_accepted_whatever_the_phone_says(self, phone):
        (told,) = phone.send(record("check", told="authorized"))
        assert told["verdict"] == "unauthorized"

    def test_l8_three_vehicles_are_three_records(self, phone):
        plates = ["AAA 111", "BBB 222", "CCC 333"]
        phone.send(*[record(plate=plate) for plate in plates])
        assert sorted(Citation.objects.values_list("plate_text", flat=True)) == plates

    def test_l11_an_incomplete_record_is_asked_back_and_nothing_is_kept(self, phone):
        (told,) = phone.send(record(violation=""))
        asked = [{"field": "violation", "message": "Which violation?"}]
        assert (told["status"], told["questions"]) == ("incomplete", asked)
        assert not FieldRecord.objects.exists()
        assert not Citation.objects.exists()

    def test_one_that_is_refused_does_not_stop_the_others(self, phone):
        told = phone.send(record(violation="NONE"), record(), {"id": "x"})
        assert [one["status"] for one in told] == ["refused", "done", "incomplete"]

    @pytest.mark.parametrize(
        "odd",
        [
            {"id": 12345678901234567890123456789012},
            {"kind": []},
            {"kind": {}},
            {"told": "\x00"},
            {"note": "Grey\x00 car"},
            {"note": "\ud800"},
            {"x\x00": {"\x00": ["\x00"]}},
            {"lat": float("nan"), "lon": float("inf")},
            {"zone": "\x00"},
            {"plate": "\x00"},
        ],
    )
    def test_one_that_cannot_be_stored_as_it_is_does_not_stop_the_others(self, phone, odd):
        first = record(plate="ODD 1")
        own = {name: first | {name: value} for name, value in odd.items() if name in first}
        sent = own.popitem()[1] if own else record(**({"plate": "ODD 1"} | odd))
        assert phone.send(sent, record())[1]["status"] == "done"

    def test_what_is_left_of_a_text_that_cannot_be_stored_is_kept(self, phone):
        phone.send(record(note="Grey\x00 car"))
        assert Citation.objects.get().note == "Grey car"

    def test_lists_without_end_are_cut(self, phone):
        deep: list = []
        for _ in range(50):
            deep = [deep]
        assert phone.send(record(more=deep))[0]["status"] == "done"

    def test_a_chalk_mark_tells_when_the_limit_passes(self, phone):
        (told,) = phone.send(record("chalk", valve="2 o'clock", block_face="Elm St, north"))
        assert datetime.fromisoformat(told["ends_at"]) == NOW + timedelta(hours=2)
        mark = Observation.objects.get()
        assert (mark.seen_at, mark.valve, mark.block_face) == (NOW, "2 o'clock", "Elm St, north")


class TestStops:
    def test_several_violations_are_one_citation(self, phone):
        (told,) = phone.send(record(also=["FIRE-LANE", "SECOND", "NO-PERMIT"]))
        assert told["status"] == "done"
        assert Citation.objects.get().codes == ("NO-PERMIT", "FIRE-LANE", "SECOND")

    def test_a_right_that_existed_puts_a_further_line_in_doubt(self, phone, session):
        noon = NOW + timedelta(hours=1, minutes=45)
        with time_machine.travel(noon, tick=False):
            session("abc 123", start=noon - timedelta(minutes=2))
            lines = {"violation": "FIRE-LANE", "also": ["NO-PERMIT"]}
            (told,) = phone.send(record(zone="METER", at=noon.isoformat(), **lines))
        assert (told["status"], told["reason"][:21]) == ("held", "A paid session had st")

    def test_a_further_line_that_was_cited_already_is_held(self, phone):
        before = (NOW - timedelta(minutes=1)).isoformat()
        later = record(violation="FIRE-LANE", also=["NO-PERMIT"])
        first, second = phone.send(record(at=before), later)
        assert (first["status"], second["status"]) == ("done", "held")
        assert first["number"] in second["reason"]

    @pytest.mark.parametrize("told_by", [{"vin": "1hgcm 82633"}, {"vehicle": "Grey van, no doors"}])
    def test_a_car_without_a_plate_is_told_by_its_vin_or_a_description(self, phone, told_by):
        (told,) = phone.send(record(plate="", without_plate=True, **told_by))
        cited = Citation.objects.get(number=told["number"])
        assert (told["status"], cited.plate_missing, cited.plate_key) == ("done", True, "")
        assert (cited.vin, cited.vehicle) == (
            ("1HGCM82633", "") if "vin" in told_by else ("", "Grey van, no doors")
        )

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"plate": "", "without_plate": True}, "vehicle"),
            ({"without_plate": True, "vin": "X"}, "plate"),
            ({"without_plate": "yes", "plate": ""}, "plate"),
            ({"also": "FIRE-LANE"}, "also"),
        ],
    )
    def test_what_tells_too_little_or_two_things_is_asked_back(self, phone, data, field):
        (told,) = phone.send(record(**data))
        assert (told["status"], told["questions"][0]["field"]) == ("incomplete", field)


class TestClocks:
    @pytest.mark.parametrize("sent_at", [NOW.isoformat(), "2199-12-31T00:00:00+00:00"])
    def test_a_clock_that_was_years_off_dates_nothing_and_a_person_decides(self, phone, sent_at):
        """A phone that woke after a flat battery believes it is 2000, and is set right by the network."""
        written = record(at="2000-01-01T08:00:00+00:00")
        answer = phone.post(written, sent_at=sent_at)
        assert answer.json()["results"][0]["status"] == "held"
        cited = Citation.objects.get()
        assert (cited.issued_at, cited.number[:7]) == (NOW, "C-2026-")
        assert cited.holds.get().because.startswith("The phone's clock said 1 Jan 2000")


class TestVoiding:
    def test_in_time_by_the_phones_own_clock(self, phone):
        """It was voided nine minutes after it was written; both come three hours later."""
        written = record()
        void = record("void", citation=written["id"], at=(NOW + timedelta(minutes=9)).isoformat())
        with time_machine.travel(NOW + timedelta(hours=3), tick=False):
            told = phone.send(written, void)
        assert [one["status"] for one in told] == ["done", "done"]
        assert Citation.objects.get().void_reason == "Wrong plate"

    def test_too_late_is_kept_and_left_to_the_office(self, phone):
        written = record()
        void = record("void", citation=written["id"], at=(NOW + timedelta(minutes=11)).isoformat())
        with time_machine.travel(NOW + timedelta(hours=3), tick=False):
            told = phone.send(written, void)
        assert (told[1]["status"], "office can still" in told[1]["reason"]) == ("refused", True)
        assert Citation.objects.get().voided_at is None

    @pytest.mark.parametrize(("hours", "status"), [(11, "done"), (12, "refused"), (500, "refused")])
    def test_that_arrives_long_after_its_citation_is_left_to_the_office(
        self, phone, bob, hours, status
    ):
        """A phone's clock says what it is told: nine minutes, weeks later, is no taking back."""
        written = record()
        phone.send(written)
        void = record("void", citation=written["id"], at=(NOW + timedelta(minutes=9)).isoformat())
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            phone.site.login_as(bob)
            (told,) = phone.send(void)
        assert told["status"] == status
        assert (Citation.objects.get().voided_at is None) == (status == "refused")

    def test_before_its_citation_waits(self, phone):
        written = record()
        void = record("void", citation=written["id"])
        assert phone.send(void)[0]["status"] == "later"
        assert [one["status"] for one in phone.send(written, void)] == ["done", "done"]

    def test_a_note_is_added(self, phone):
        written = record(note="Grey car")
        phone.send(written, record("note", citation=written["id"]))
        assert Citation.objects.get().note == "Grey car\nNo receipt on the dash"


class TestNumbers:
    @pytest.fixture
    def numbers(self, phone):
        def ask(count: int, device: str = ""):
            body = {"device": device or phone.device, "count": count}
            return phone.site.post("/field/offline/numbers/", body, content_type="application/json")

        return ask

    def test_a_phone_takes_some_along_and_writes_with_them(self, phone, numbers):
        first, second = numbers(2).json()["numbers"]
        (told,) = phone.send(record(number=first["number"]))
        assert (told["number"], told["pin"]) == (first["number"], first["pin"])
        assert numbers(1).json()["numbers"] == [second]

    def test_what_is_left_is_given_back(self, numbers):
        given = numbers(2).json()["numbers"]
        assert numbers(0).json() == {"numbers": []}
        other = numbers(2, device=str(uuid4())).json()["numbers"]
        assert [one["number"] for one in other] == [one["number"] for one in given]

    def test_a_number_that_another_bears_is_a_conflict_and_the_citation_stays(self, phone, numbers):
        (one,) = numbers(1).json()["numbers"]
        told = phone.send(record(number=one["number"]), record(plate="B 1", number=one["number"]))
        assert [row["status"] for row in told] == ["done", "held"]
        assert f"The paper says {one['number']}." in told[1]["reason"]
        assert Citation.objects.get(is_held()).plate_text == "B 1"

    def test_asked_for_without_sense_says_what_is_needed(self, phone, numbers):
        assert numbers(1000).status_code == 422
        assert numbers(1, device="x").json()["detail"].startswith("Give the device's UUID")


class TestPhotos:
    def test_follow_their_record_once(self, phone):
        written, data = record(), picture()
        assert phone.send_photo(written["id"], data).json() == {"status": "later"}
        phone.send(written)
        for _ in range(2):
            assert phone.send_photo(written["id"], data).json() == {"status": "done"}
        assert Citation.objects.get().photos.count() == 1

    def test_that_did_not_arrive_whole_are_sent_again(self, phone):
        written = record()
        phone.send(written)
        told = phone.send_photo(written["id"], picture(), sha256="0" * 64).json()
        assert told["status"] == "later"
        assert not Citation.objects.get().photos.exists()

    def test_that_are_none_are_refused_with_the_reason(self, phone):
        written = record()
        phone.send(written)
        told = phone.send_photo(written["id"], b"no picture").json()
        assert (told["status"], "JPEG" in told["reason"]) == ("refused", True)

    def test_of_another_officers_record_are_not_taken(self, phone, alice):
        written = record()
        phone.send(written)
        other = Phone(Site("harbor").login_as(alice), alice)
        assert other.send_photo(written["id"], picture()).json() == {"status": "later"}


class TestWho:
    def test_another_officers_records_are_not_sent_in_ones_name(self, phone, alice):
        answer = phone.post(record(), officer=str(alice.pk))
        assert (answer.status_code, answer.json()["code"]) == (409, "another_officer")
        assert not FieldRecord.objects.exists()

    def test_another_officers_record_tells_nobody_else_its_pin_and_takes_no_note(
        self, phone, alice
    ):
        written = record(note="Grey car")
        phone.send(written)
        other = Phone(Site("harbor").login_as(alice), alice)
        told = other.send(written, record("note", citation=written["id"]))
        assert [one["status"] for one in told] == ["refused", "refused"]
        assert "pin" not in told[0]
        assert Citation.objects.get().note == "Grey car"

    def test_who_is_signed_out_or_no_officer_sends_nothing(self, site, clara):
        body = {"records": [record()]}
        sent = {"data": body, "content_type": "application/json"}
        assert site.post("/field/offline/records/", **sent).status_code == 302
        site.login_as(clara)
        assert site.post("/field/offline/records/", **sent).status_code == 403
        assert site.get("/field/offline/me/").status_code == 403

    def test_the_app_is_told_who_is_signed_in(self, phone, bob):
        told = phone.site.get("/field/offline/me/").json()
        assert (told["officer"], told["name"], told["may_cite"]) == (str(bob.pk), bob.name, True)
        assert told["csrf"]
        assert told["conflicts"] == []

    @pytest.mark.parametrize(
        "more", [{"device": "x"}, {"sent_at": "now"}, {"records": []}, {"officer": 7}]
    )
    def test_a_body_that_says_too_little_is_told_what_it_lacks(self, phone, more):
        answer = phone.post(record(), **more)
        assert answer.status_code == 422
        assert next(iter(more)) in answer.json()["detail"]

    def test_a_body_that_is_none_or_too_large(self, phone):
        send = {"path": "/field/offline/records/", "content_type": "application/json"}
        for body in ("[", "[" * 200_000):
            assert phone.site.post(data=body, **send).status_code == 422
        assert phone.post(record(), device=12345678901234567890123456789012).status_code == 422
        assert phone.site.post(data="x" * (1024 * 1024 + 1), **send).status_code == 413

    def test_records_of_another_tenant_are_not_known(self, phone, hillside, charlie):
        written = record()
        phone.send(written)
        other = Phone(Site("hillside").login_as(charlie), charlie)
        (told,) = other.send(record("void", citation=written["id"]))
        assert told["status"] == "later"


@pytest.fixture
def session(phone, token):
    """Buy a paid stay that began before: `session("abc 123", minutes_ago=2)`."""

    def buy(plate: str, *, start):
        body = {"plate": plate, "zone": "METER", "start": start.isoformat(), "minutes": 60}
        made = Site("harbor").post(
            "/api/v1/sessions", body, content_type="application/json", headers=token()
        )
        assert made.status_code == 201, made.content

    return buy


class TestConflicts:
    def test_k18_a_session_that_had_started(self, phone, session):
        """Given a citation of 11:59:30 by an offline phone and a session of 11:58 that came at 12:05."""
        noon = NOW + timedelta(hours=1, minutes=45)
        cited = noon - timedelta(seconds=30)
        with time_machine.travel(noon + timedelta(minutes=5), tick=False):
            session("abc 123", start=noon - timedelta(minutes=2))
        with time_machine.travel(noon + timedelta(minutes=20), tick=False):
            (told,) = phone.send(record(zone="METER", at=cited.isoformat()))
            assert told["status"] == "held"
            assert "A paid session had started at 11:58." in told["reason"]
            (shown,) = phone.site.get("/field/offline/me/").json()["conflicts"]
        citation = Citation.objects.get(is_held())
        assert citation.flags == ["verdict_authorized"]
        assert (shown["number"], shown["may_void"], shown["decided"]) == (citation.number, True, "")

    def test_k18_also_when_the_session_comes_after_the_citation(self, phone, session):
        noon = NOW + timedelta(hours=1, minutes=45)
        with time_machine.travel(noon, tick=False):
            (told,) = phone.send(record(zone="METER", at=noon.isoformat(), offline=False))
            assert told["status"] == "done"
        late = noon + timedelta(minutes=5)
        with time_machine.travel(late, tick=False):
            session("abc 123", start=noon - timedelta(minutes=2))
            assert [holds.hold_late(at=late), holds.hold_late(at=late)] == [1, 0]
        hold = CitationHold.objects.get()
        assert (hold.kind, "11:58" in hold.because) == ("right_existed", True)

    def test_what_the_officer_knew_is_no_conflict(self, phone, session):
        with time_machine.travel(NOW, tick=False):
            session("abc 123", start=NOW - timedelta(minutes=2))
            (told,) = phone.send(record(zone="METER", offline=False))
            assert (told["status"], holds.hold_late(at=NOW)) == ("done", 0)

    def test_what_is_raised_for_something_else_is_not_touched(self, phone, session):
        session("abc 123", start=NOW - timedelta(minutes=2))
        (told,) = phone.send(record(zone="METER", violation="FIRE-LANE"))
        assert told["status"] == "done"

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_l4_two_phones_that_cite_one_vehicle_are_both_kept_the_later_marked(self, phone, order):
        both = [record(), record(at=(NOW + timedelta(minutes=7)).isoformat())]
        with time_machine.travel(NOW + timedelta(hours=1), tick=False):
            for place in order:
                assert phone.send(both[place])[0]["status"] in ("done", "held")
        second = Citation.objects.get(client_id=both[1]["id"])
        assert [hold.citation for hold in CitationHold.objects.all()] == [second]
        assert second.holds.get().kind == "cited_twice"
        assert Citation.objects.count() == 2

    def test_nobody_is_booted_for_what_is_held(self, phone, session, rita):
        """Three unpaid citations of more than three days are enough; one of them is held."""
        session("abc 123", start=NOW - timedelta(minutes=2))
        for days in (9, 8):
            phone.send(record(zone="LOT-A", at=(NOW - timedelta(days=days)).isoformat()))
        phone.send(record(zone="METER"))
        later = NOW + timedelta(days=5)

        def boot() -> bool:
            (answer,) = checks.answers_to([Look("abc 123", "", "LOT-A", later)])
            return any(alert.kind == "boot" for alert in answer.alerts)

        assert not boot()
        assert boots.in_arrears(at=later) == []
        by = Actor("staff", str(rita.pk), rita.name)
        hold = CitationHold.objects.get()
        holds.decide_hold(hold.pk, outcome="stands", reason="It was another car.", by=by, at=NOW)
        assert boot()
        assert len(boots.in_arrears(at=later)) == 1

    def test_a_person_decides_once_and_says_why(self, phone, session, rita):
        session("abc 123", start=NOW - timedelta(minutes=2))
        phone.send(record(zone="METER"))
        hold, by = CitationHold.objects.get(), Actor("staff", str(rita.pk), rita.name)
        for outcome in ("voided", "stands"):
            decided = holds.decide_hold(
                hold.pk, outcome=outcome, reason="It was paid.", by=by, at=NOW
            )
            assert decided.outcome == "voided"
        assert Citation.objects.get().void_reason == "It was paid."
        assert not Citation.objects.filter(is_held()).exists()
        assert AuditEvent.objects.filter(event="citation.hold_decided").count() == 1


class TestInAnyOrder:
    """Whatever the line does to them, the same records come to the same state."""

    WRITTEN = [record(plate=plate, id=str(uuid4())) for plate in ("AAA 111", "BBB 222")]
    WRITTEN.append(record(plate="AAA 111", at=(NOW + timedelta(minutes=3)).isoformat()))
    ALL = [
        *WRITTEN,
        record("void", citation=WRITTEN[1]["id"]),
        record("chalk"),
        record("check"),
    ]

    @settings(
        max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
    )
    @given(order=st.permutations(range(len(ALL))), again=st.lists(st.integers(0, 5), max_size=6))
    def test_they_converge(self, phone, order, again):
        from django.db import transaction

        with transaction.atomic():
            left = [self.ALL[place] for place in (*order, *again)]
            by, device = Actor("staff", "7", "Bob"), Device(uuid4(), NOW + timedelta(hours=1))
            for _ in range(3):
                left = [raw for raw in left if self._is_later(raw, device, by)]
            assert not left
            assert self._state() == {
                "citations": {
                    (self.WRITTEN[0]["id"], False, ()),
                    (self.WRITTEN[1]["id"], True, ()),
                    (self.WRITTEN[2]["id"], False, ("cited_twice",)),
                },
                "records": 6,
                "marks": 1,
                "checks": 1,
            }
            transaction.set_rollback(True)

    def _is_later(self, raw, device, by) -> bool:
        try:
            taking.take_record(understood(raw), device=device, by=by, at=NOW + timedelta(hours=1))
        except NotYet:
            return True
        return False

    def _state(self) -> dict:
        return {
            "citations": {
                (
                    str(one.client_id),
                    one.voided_at is not None,
                    tuple(one.holds.values_list("kind", flat=True)),
                )
                for one in Citation.objects.all()
            },
            "records": FieldRecord.objects.count(),
            "marks": Observation.objects.count(),
            "checks": PlateCheck.objects.count(),
        }
