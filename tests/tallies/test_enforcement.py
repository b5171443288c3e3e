"""What enforcement keeps: as its lists count at every instant, whatever was done, and as the rows alone say."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Count

from enforcement.models import Appeal, Call
from enforcement.operations import (
    appeals,
    assigning,
    calls,
    citations,
    cures,
    hearings,
    reopening,
    shifts,
    voiding,
)
from enforcement.queries import appeal_pages, crew, office
from enforcement.queries import calls as calls_of
from enforcement.queries import hearings as hearings_of
from enforcement.rules import counting
from enforcement.rules.counting import MICROSECOND
from parkops.kernel.actors import PUBLIC, SYSTEM, Actor
from parkops.kernel.dates import local_date
from parkops.kernel.tallies import EVER
from parkops.programme import queries as programme
from parkops.tallies import operations
from parkops.tallies.models import Tally
from reporting.queries import desks, live
from tests.enforcement.test_appeals import decide, file, issue
from tests.enforcement.test_cures import picture
from tests.enforcement.test_hearings import heard as to_hear
from tests.seed import PROGRAMMES

BY = datetime(2026, 11, 10, 15, 37, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AHEAD = [DAY * n for n in (0, 2, 3, 8, 11, 12, 13, 15, 40, 400)]


def of_appeals(at):
    """What the lists of appeals count at `at`."""
    today = local_date(at, programme.in_force(at).programme.tz)

    def listed(view):
        return appeal_pages.appeals(view, me="", today=today)

    queues = listed("").exclude(reviewer_ref="").values_list("reviewer_ref")
    return {
        "appeals_due": listed("due").count(),
        "appeals_with_nobody": listed("unassigned").count(),
        "appeals_to_hear": listed("hearing").count(),
        "appeals_of": dict(queues.order_by("reviewer_ref").annotate(n=Count("pk"))),
    }


def of_the_rest(at):
    """What the other lists of enforcement count at `at`."""
    today = local_date(at, programme.in_force(at).programme.tz)
    rows = office.citations(view="ours", since=today, until=today).exclude(zone_code="")
    by_zone = rows.order_by("zone_code").values_list("zone_code").annotate(n=Count("pk"))
    booked = [row.hearings for day in hearings_of.days(today, count=1) for row in day.slots]
    return {
        "proofs": office.citations(view="proofs").count(),
        "voids": office.citations(view="voids").count(),
        "hearings_today": sum(len(found) for found in booked),
        "calls_open": calls_of.calls("", at=at).count(),
        "calls_new": calls_of.calls("new", at=at).count(),
        "calls_late": calls_of.calls("late", at=at).count(),
        "citations_by_zone": sorted(by_zone, key=lambda one: (-one[1], one[0])),
        "officers_on_shift": len(crew.at_work(at=at)),
    }


def listed(at):
    return of_appeals(at) | of_the_rest(at)


def kept(at):
    waiting, live_now = desks.look(at), live.look(at)
    return {
        name: getattr(live_now if name == "officers_on_shift" else waiting, name)
        for name in listed(at)
    }


@pytest.fixture
def ruled(apply_programme):
    """Where a proof cures NO-PERMIT, and one person voids up to 5.00."""
    text, mark = (PROGRAMMES / "harbor.yaml").read_text(), "  - code: NO-PERMIT\n"
    assert mark in text
    cure = f"{mark}    cure: {{proof: Valid placard, within: 72h, result: dismissed}}\n"
    apply_programme(text.replace(mark, cure) + 'refunds: {void_above: "5.00"}\n')


@pytest.fixture
def some(ruled, rita, alice, now):
    """Citations, and appeals to which everything has happened that can."""
    file(issue(plate="AB 1"))
    heard = issue(plate="AB 2")
    decide(file(heard))
    file(heard, at=now + HOUR)
    decide(file(issue(plate="AB 3")), "dismissed")
    appeals.withdraw_appeal(file(issue(plate="AB 4")).number, by=PUBLIC, at=now)
    appeals.close_appeal(file(issue(plate="AB 5")).number, reason="x", by=SYSTEM, at=now)
    for plate in ("AB 6", "AB 7"):
        voided = issue(plate=plate)
        file(voided)
        citations.void_citation(voided.number, reason="x", by=SYSTEM, at=now)
    reopening.reopen_citation(voided.number, reason="x", by=SYSTEM, at=now + HOUR)
    moved, freed = (file(issue(plate=plate)) for plate in ("AB 8", "AB 9"))
    for to in (str(alice.pk), str(rita.pk), str(alice.pk)):
        assigning.assign_appeal(moved.number, to=to, by=SYSTEM, at=now)
    assigning.assign_appeal(freed.number, to="", by=SYSTEM, at=now)
    for days in (9, 5):
        earlier = now - days * DAY
        last = file(issue(plate=f"EARLY {days}", at=earlier), at=earlier)
    at_work(now)
    called(now)
    shown_and_asked(now)
    booked(now)
    return last


def at_work(now):
    """Shifts: one goes on, one is over; each begun twice."""
    for ref, name in (("71", "Otto"), ("72", "Olga")):
        by = Actor("staff", ref, name)
        for _ in range(2):
            shifts.start_shift(by=by, at=now)
    for _ in range(2):
        shifts.end_shift(by=by, at=now + HOUR)


def called(now):
    """Calls in every state that there is, urgent ones that became less so, one sent in twice."""
    otto, olga = crew.officers()[:2]
    olga_too = Actor("staff", olga.ref, olga.name)
    name = uuid4()

    def taken(kind="blocked_way", client_id=None):
        told = calls.Told(kind, client_id, place="5 Elm St")
        return calls.take_call(told, by=PUBLIC, at=now).number

    for _ in range(2):
        taken(client_id=name)
    given, freed, calmer, gone, there, over, left = [taken() for _ in range(7)]
    calls.assign_call(given, to=otto.ref, by=SYSTEM, at=now)
    calls.assign_call(freed, to=otto.ref, by=SYSTEM, at=now)
    calls.assign_call(freed, to="", by=SYSTEM, at=now)
    calls.assign_call(calmer, to="", priority=4, by=SYSTEM, at=now)
    for number in (gone, there, over, left):
        calls.accept_call(number, by=olga_too, at=now)
    for number in (there, over, left):
        calls.arrive_at_call(number, by=olga_too, at=now)
    calls.finish_call(over, outcome="gone", by=olga_too, at=now)
    calls.assign_call(left, to=otto.ref, priority=3, by=SYSTEM, at=now)
    calls.cancel_call(taken("other"), reason="x", by=SYSTEM, at=now)


def shown_and_asked(now):
    """Proofs that wait, are accepted, refused, and seen at the counter; voids likewise."""
    waits, cured, refused, seen = (issue(plate=f"CURE {n}") for n in range(4))
    proofs = [
        cures.file_proof(one.number, name="Ada", picture=picture().read(), by=PUBLIC, at=now)
        for one in (waits, cured, refused)
    ]
    cures.decide_proof(proofs[1].reference, is_accepted=True, answer="", by=SYSTEM, at=now)
    cures.decide_proof(proofs[2].reference, is_accepted=False, answer="No.", by=SYSTEM, at=now)
    cures.see_proof(seen.number, note="Placard 7", by=SYSTEM, at=now)
    rita, eve = Actor("staff", "103", "Rita"), Actor("staff", "104", "Eve")
    asked, stood, voided = (issue(plate=f"VOID {n}") for n in range(3))
    for one in (asked, asked, stood, voided):
        voiding.ask_to_void(one.number, reason="x", by=rita, at=now)
    voiding.reject_void(stood.number, answer="No.", by=eve, at=now)
    voiding.accept_void(voided.number, by=eve, at=now)


def booked(now):
    """Hearings booked twice, moved, given up, held, and freed with a void; at both ends of a day too."""
    begins = datetime(2026, 11, 12, 5, tzinfo=UTC)
    starts = [begins, begins + DAY - timedelta(minutes=1), begins + DAY, now + 2 * DAY]
    slots = hearings.open_slots(
        starts, minutes=20, capacity=9, place="City Hall", by=SYSTEM, at=now
    )

    def heard(n, slot):
        number = to_hear(plate=f"HEAR {n}").number
        for _ in range(2):
            hearings.book_hearing(number, slots[slot].reference, by=SYSTEM, at=now)
        return number

    held, moved, given_up, _, freed = (heard(n, n % 4) for n in range(5))
    hearings.book_hearing(moved, slots[2].reference, by=SYSTEM, at=now)
    hearings.release_hearing(given_up, by=SYSTEM, at=now)
    hearings.close_slot(slots[2].reference, by=SYSTEM, at=now)
    later = slots[0].starts_at
    hearings.record_hearing(held, attendance="attended", by=SYSTEM, at=later)
    cited = Appeal.objects.get(number=freed).citation.number
    citations.void_citation(cited, reason="x", by=SYSTEM, at=now)


class TestRules:
    """What each row adds, by the figures' names."""

    @pytest.mark.parametrize(
        ("told", "names"),
        [
            ({}, {"appeals_waiting", "appeals_with_nobody", "appeals_by_day/"}),
            ({"reviewer_ref": "7"}, {"appeals_waiting", "appeals_of/7", "appeals_by_day/"}),
            (
                {"is_heard": True, "decide_on": date(2026, 11, 9)},
                {
                    "appeals_waiting",
                    "appeals_with_nobody",
                    "appeals_to_hear",
                    "appeals_by_day/2026-11-09",
                },
            ),
            ({"is_decided": True, "is_heard": True, "reviewer_ref": "7"}, set()),
        ],
    )
    def test_an_appeal(self, told, names):
        plain = {"is_decided": False, "reviewer_ref": "", "is_heard": False, "decide_on": None}
        assert counting.appeal(**plain | told) == {(name, EVER): 1 for name in names}

    @pytest.mark.parametrize(
        ("told", "steps"),
        [
            ({}, {"calls_open": EVER, "calls_new": EVER, "calls_late": BY + MICROSECOND}),
            ({"state": "assigned"}, {"calls_open": EVER, "calls_late": BY + MICROSECOND}),
            ({"state": "accepted"}, {"calls_open": EVER, "calls_late": BY + MICROSECOND}),
            ({"state": "arrived"}, {"calls_open": EVER}),
            ({"state": "done", "is_over": True}, {}),
            ({"state": "cancelled", "is_over": True}, {}),
        ],
    )
    def test_a_call(self, told, steps):
        plain = {"is_over": False, "state": "new", "answer_by": BY}
        assert counting.call(**plain | told) == dict.fromkeys(steps.items(), 1)

    @pytest.mark.parametrize(
        ("told", "names"),
        [
            ({}, {"citations_issued", "citations_in/LOT-A", "citations_unpaid"}),
            ({"zone_code": ""}, {"citations_issued", "citations_unpaid"}),
            ({"is_over": True}, {"citations_issued", "citations_in/LOT-A"}),
            ({"fine_minor": 0}, {"citations_issued", "citations_in/LOT-A"}),
            ({"is_ours": False}, set()),
        ],
    )
    def test_a_citation(self, told, names):
        plain = {"is_ours": True, "zone_code": "LOT-A", "fine_minor": 5, "is_over": False}
        found = counting.citation(issued_at=BY, **plain | told)
        flows = BY - timedelta(minutes=7)
        assert found == {(name, EVER if "unpaid" in name else flows): 1 for name in names}

    @pytest.mark.parametrize("is_over", [True, False])
    def test_what_waits_until_it_is_over(self, is_over):
        n = 0 if is_over else 1
        adds = [
            (counting.proof(is_decided=is_over), "proofs_waiting"),
            (counting.void_request(is_decided=is_over), "voids_waiting"),
            (counting.shift(has_ended=is_over), "officers_on_shift"),
        ]
        for found, name in adds:
            assert found == {(name, EVER): 1} if n else found == {}
        found = counting.hearing(is_released=is_over, starts_at=BY)
        assert found == ({} if is_over else {("hearings_booked", BY - timedelta(minutes=7)): 1})


class TestEverything:
    def test_is_what_the_lists_count_now_and_at_every_instant_ahead(self, some, now):
        found = []
        for ahead in AHEAD:
            at = now + 2 * HOUR + ahead
            assert kept(at) == listed(at)
            found.append(kept(at))
        assert len({one["appeals_due"] for one in found}) > 2
        assert len({one["hearings_today"] for one in found}) > 2
        never = [name for name in found[0] if not any(one[name] for one in found)]
        assert never == []

    def test_a_call_is_late_once_its_instant_has_passed(self, some, now):
        for until in set(Call.objects.filter(done_at=None).values_list("answer_by", flat=True)):
            before, then, after = (kept(until + n * MICROSECOND) for n in (-1, 0, 1))
            assert (before, then) == (listed(until - MICROSECOND), listed(until))
            assert after == listed(until + MICROSECOND)
            assert then["calls_late"] < after["calls_late"]

    def test_a_day_begins_with_its_first_second(self, some, now):
        days = Appeal.objects.filter(decided_at=None).values_list("decide_on", flat=True)
        for day in set(days):
            begins = datetime(day.year, day.month, day.day, 5, tzinfo=UTC) - appeal_pages.SOON
            before, after = (kept(begins - timedelta(seconds=n)) for n in (1, 0))
            assert before == listed(begins - timedelta(seconds=1))
            assert after == listed(begins)
            assert before["appeals_due"] < after["appeals_due"]

    def test_nothing_drifted(self, some, now):
        assert operations.check(at=now + 2 * HOUR).drifts == []

    def test_counted_from_the_rows_alone_it_is_the_same(self, some, now):
        ahead = [now + 2 * HOUR + more for more in AHEAD]
        before = [kept(at) for at in ahead]
        Tally.objects.all().delete()
        operations.begin(at=ahead[0])
        assert [kept(at) for at in ahead] == before

    def test_what_is_undone_adds_nothing(self, some, now):
        @transaction.atomic
        def fail():
            file(issue(plate="AB 99"))
            raise RuntimeError

        before = kept(now)
        with pytest.raises(RuntimeError):
            fail()
        assert kept(now) == before == listed(now)

    def test_rows_that_no_act_would_write_give_what_the_lists_count(self, some, now):
        Appeal.objects.filter(pk=some.pk).update(decide_on=None, is_heard=True, reviewer_ref="x/y")
        assert operations.check(at=now).drifted > 0
        for ahead in AHEAD:
            assert kept(now + ahead) == listed(now + ahead)
        assert kept(now)["appeals_of"]["x/y"] == 1
