"""A paid session one character or one zone off: found at the check, a warning, moved in one tap."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from enforcement.models import Citation
from enforcement.operations import citations
from enforcement.queries.checks import Look, answers_to
from parkops.api.values import tenant_zone
from parkops.audit.models import AuditEvent
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, NotFound
from parkops.messaging.models import Message
from payments import operations as payments
from payments.queries import charge_of
from permits import operations
from permits.models import ParkingSession, StayMend
from permits.queries.stays import stay_path
from permits.rules.plates import read_plates
from tests.seed import PROGRAMMES

MINUTE = timedelta(minutes=1)


@pytest.fixture
def program(apply_programme):
    """Harbor's program with the cure, and a second zone paid by the hour, twice as dear."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    text = text.replace(
        "    raised_by: unauthorized\n",
        "    raised_by: unauthorized\n    cure_near_miss: true\n",
        1,
    )
    text = text.replace(
        "sessions:\n  rates:",
        'sessions:\n  rates:\n    - {zones: [QUICK], per_hour: "5.00", max: 2h}',
    )
    return apply_programme(text)


@pytest.fixture
def paid(program, now) -> ParkingSession:
    """A paid hour of ABC 128 in METER."""
    order = operations.order_stay(
        plate=read_plates(["ABC 128"])[0],
        zone_code="METER",
        minutes=60,
        email="guest@example.test",
        by=SYSTEM,
        at=now,
    )
    charge = charge_of("session", order.number)
    payments.take_payment(
        charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=now
    )
    return ParkingSession.objects.get()


def check(plate: str, at, zone: str = "METER"):
    return answers_to([Look(plate, "", zone, at)])[0]


def cite(plate: str, at, zone: str = "METER") -> Citation:
    draft = citations.Draft(uuid4(), plate, "", zone, "NO-PERMIT", at)
    return citations.issue_citation(draft, by=SYSTEM, at=at).citation


class TestTheCheck:
    def test_a9_offers_the_session_and_proposes_a_warning_yet_clears_nothing(self, paid, now):
        answer = check("ABC 12B", now + MINUTE)
        assert answer.verdict.value == "unauthorized"
        (miss,) = answer.near_misses
        assert (miss.plate, miss.session) == ("ABC 128", paid.number)
        (proposal,) = answer.proposals
        assert (proposal.fine.amount.minor, proposal.fine.sanction) == (0, "warning")
        assert "one character differs (B/8)" in answer.because[-1]
        assert answer.as_json(tenant_zone())["near_misses"][0]["session"] == paid.number

    def test_a9_two_characters_off_is_no_near_miss(self, paid, now):
        answer = check("ABC 1ZZ", now + MINUTE)
        assert answer.near_misses == ()
        assert answer.proposals[0].fine.amount.minor == 4000

    def test_the_same_plate_in_another_zone(self, paid, now):
        (miss,) = check("ABC 128", now + MINUTE, "QUICK").near_misses
        assert (miss.zone, miss.why) == ("METER", "paid for METER, not QUICK")

    def test_in_a_zone_without_rates_it_is_told_and_fined(self, paid, now):
        answer = check("ABC 128", now + MINUTE, "LOT-A")
        assert len(answer.near_misses) == 1
        assert answer.proposals[0].fine.amount.minor == 4000

    def test_only_where_the_program_allows(self, harbor, now):
        stay = operations.start_stay(
            plate=read_plates(["ABC 128"])[0], zone_code="METER", minutes=60, by=SYSTEM, at=now
        )
        answer = check("ABC 12B", now + MINUTE)
        assert answer.near_misses[0].session == stay.number
        assert answer.proposals[0].fine.amount.minor == 4000

    def test_the_program_allows_it_only_for_a_missing_right(self, apply_programme):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        bad = text.replace(
            "    raised_by: overtime\n", "    raised_by: overtime\n    cure_near_miss: true\n", 1
        )
        assert bad != text
        with pytest.raises(Exception, match="can be a near miss"):
            apply_programme(bad)


class TestTheCure:
    def test_the_warning_tells_who_paid_and_one_tap_moves_the_session(self, paid, now):
        warning = cite("ABC 12B", now + MINUTE)
        assert (warning.fine_minor, warning.sanction) == (0, "warning")
        assert "ABC 128" not in " ".join(warning.because)
        message = Message.objects.get(event="session.stay_near_miss")
        assert message.to == "guest@example.test"
        assert stay_path(paid.number) in message.text
        for _ in range(2):
            moved = operations.mend_stay(paid.number, by=SYSTEM, at=now + 2 * MINUTE)
        assert (moved.plate_text, moved.moved_from) == ("ABC 12B", "ABC 128")
        answer = check("ABC 12B", now + 3 * MINUTE)
        assert answer.verdict.value == "authorized"
        assert "It was bought for ABC 128 and moved after a warning." in answer.because[-1]
        assert check("ABC 128", now + 3 * MINUTE).verdict.value == "unauthorized"
        events = AuditEvent.objects.filter(subject_kind="session", subject_ref=paid.number)
        assert list(events.order_by("pk").values_list("event", flat=True))[-2:] == [
            "session.near_miss",
            "session.moved",
        ]

    def test_only_once_for_a_session(self, paid, now):
        cite("ABC 12B", now + MINUTE)
        second = cite("ABC 12S", now + 2 * MINUTE)
        assert second.fine_minor == 4000
        assert StayMend.objects.count() == 1

    def test_a_dearer_zone_costs_the_difference(self, paid, now):
        assert cite("ABC 128", now + MINUTE, "QUICK").sanction == "warning"
        operations.mend_stay(paid.number, by=SYSTEM, at=now + 2 * MINUTE)
        assert charge_of("session", paid.number).balance.amount == "2.70"
        assert check("ABC 128", now + 3 * MINUTE, "QUICK").verdict.value == "authorized"

    def test_not_once_it_is_over_nor_without_a_warning(self, paid, now):
        with pytest.raises(NotFound):
            operations.mend_stay(paid.number, by=SYSTEM, at=now)
        cite("ABC 12B", now + MINUTE)
        with pytest.raises(Conflict):
            operations.mend_stay(paid.number, by=SYSTEM, at=now + 61 * MINUTE)

    def test_the_page_asks_and_moves_it(self, paid, now, site, clara):
        cite("ABC 12B", now + MINUTE)
        with time_machine.travel(now + 2 * MINUTE, tick=False):
            own = stay_path(paid.number)
            assert b"Move my session to ABC 12B in METER" in site.get(own).content
            shown = site.post(own, {"act": "mend"}, follow=True).content
            assert b"It was bought for ABC 128." in shown
            site.login_as(clara)
            office = site.get(f"/office/sessions/{paid.number}/").content
            assert b"Bought for" in office
            assert b"one character differs" in office


def test_a_zone_charged_for_since_the_session_began_is_moved_to_by_todays_rates(
    harbor, apply_programme, now
):
    stay = operations.start_stay(
        plate=read_plates(["ABC 128"])[0], zone_code="METER", minutes=60, by=SYSTEM, at=now
    )
    text = (PROGRAMMES / "harbor.yaml").read_text()
    rates = 'sessions:\n  rates:\n    - {zones: [QUICK], per_hour: "5.00", max: 2h}'
    text = text.replace("sessions:\n  rates:", rates)
    cure = "    raised_by: unauthorized\n    cure_near_miss: true\n"
    apply_programme(text.replace("    raised_by: unauthorized\n", cure, 1), at=now + MINUTE)
    assert cite("ABC 128", now + 2 * MINUTE, "QUICK").sanction == "warning"
    moved = operations.mend_stay(stay.number, by=SYSTEM, at=now + 3 * MINUTE)
    assert (moved.zone_code, moved.net_minor) == ("QUICK", 500)
