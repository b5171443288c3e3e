"""The demonstration's departments, events, draws, carpools, texts and files: no page of them is empty."""

from datetime import timedelta
from random import Random

import pytest
from django_tenants.utils import schema_context

from enforcement.cameras.models import PlateRead
from enforcement.imports import queries as imports
from enforcement.models import (
    AllottedNumber,
    CitationHold,
    CureProof,
    Letter,
    OfficerPosition,
    PlateCheck,
)
from enforcement.operations import positions, shifts
from enforcement.queries import boot_cases, chain, due, owners
from enforcement.queries import escalation as escalations
from enforcement.queries.boots import bootable
from parkops.accounts import operations as accounts
from parkops.customers.models import RegisterEntry
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.dates import local_date
from parkops.local.demo import (
    boots,
    cameras,
    cards,
    charlie,
    command,
    escalation,
    figures,
    former,
    kerbside,
    lots,
    offers,
    papers,
    payers,
    phones,
    plans,
    season,
    sensors,
    till,
    visitors,
)
from parkops.local.demo.programmes import PLACES, programme_of
from parkops.local.demo.scene import Cast
from parkops.messaging.models import Phone, TextMessage
from parkops.programme import lint, load, queries
from parkops.programme.occupancy import estimated
from parkops.tallies import operations as tallies
from parkops.tallies.models import Tally
from parkops.tenancy.models import Tenant
from payments import invoice_pages
from payments import queries as money
from payments.models import (
    Comparison,
    Deposit,
    Discrepancy,
    Drawer,
    InvoiceReminder,
    Payment,
    Payout,
)
from payments.queries import plans as planning
from payments.queries import proof
from permits.models import (
    CarpoolMember,
    Department,
    Draw,
    EventPass,
    Permit,
    Roster,
    Ticket,
    Validation,
    VisitorEvent,
)
from permits.queries import coupons
from permits.rules import draws
from reporting.catalogue import REPORTS
from reporting.catalogue.base import Asking
from reporting.models import SavedFilter, Schedule, ScheduledRun
from reporting.pricing.proposals import priced
from reporting.queries import forecasts
from reporting.queries.counted import counted_zones

DAY = timedelta(days=1)
STAFF = ("clerk", "admin", "reviewer", "officer", "accountant")


@pytest.fixture
def stage(harbor, now, apply_programme, settings, monkeypatch):
    """Play all of the campus but its ordinary days, with thirty customers who came before."""
    settings.IS_LOCAL = True
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_of_these_tests", "whsec"
    monkeypatch.setenv("PARKOPS_STANDIN_DB", ":memory:")
    harbor.stripe_account = "acct_campus"
    with schema_context("public"):
        Tenant.objects.filter(pk=harbor.pk).update(stripe_account=harbor.stripe_account)
    slug = "campus"
    loaded = programme_of(slug, today=now.date())
    text = load.to_yaml(loaded.document | {"programme": queries.document(1)["programme"]})
    apply_programme(text, at=now - 120 * DAY)
    accounts.add_person(
        email=f"customer@{slug}.example", name="Charlie", password="", by=SYSTEM, at=now
    )
    staff = {name: Actor("staff", str(n), name) for n, name in enumerate(STAFF, start=1)}
    played = season.Stage(Cast(slug, staff, [staff["officer"]]), Random(1), [], until=now)
    for index in range(30):
        played.do(now - 70 * DAY, lambda index, at: played.arrive(index, at), index)
    for part in (
        visitors,
        lots,
        papers,
        cameras,
        phones,
        boots,
        escalation,
        charlie,
        kerbside,
        plans,
        payers,
        till,
        former,
        cards,
        offers,
        figures,
        sensors,
    ):
        played.acts += part.acts(played)
    played.play()
    return played


CHECKS = []


def checked(check):
    """Keep something that is looked for on the stage: it is played once for all of them."""
    CHECKS.append(check)
    return check


def test_the_demonstration_has_something_of_everything(stage, now, subtests):
    for check in CHECKS:
        with subtests.test(check.__name__):
            check(stage, now)


@checked
def two_filters_are_saved_and_schedules_have_run_on_mondays(stage, now):
    assert SavedFilter.objects.filter(is_shared=True).count() == 2
    assert Schedule.objects.filter(saved_filter__isnull=False).count() == 2
    assert ScheduledRun.objects.filter(schedule__question__name__startswith="Taken").count() >= 2
    runs = ScheduledRun.objects.filter(schedule__every="week")
    assert set(runs.values_list("outcome", flat=True)) == {"sent"}
    assert runs.count() >= 2


@checked
def a_camera_has_read_plates_and_three_wait_with_their_pictures(stage, now):
    reads = PlateRead.objects.order_by("pk")
    waiting = [read for read in reads if read.state == "waiting"]
    assert (len(reads), len(waiting)) == (10, 3)
    assert all(read.shown for read in waiting)
    assert {read.state for read in reads} == {"waiting", "checked"}


@checked
def zones_are_counted_for_weeks_and_the_coming_one_is_told(stage, now):
    zones = counted_zones()
    assert len(zones) >= 3
    told = forecasts.occupancy(zones[0], rules=queries.in_force(now).programme, at=stage.until)
    assert len(told.hours) > 300
    assert told.tried.week.mean < 0.06
    assert estimated(stage.until)[zones[0].lower()].high


@checked
def an_officer_is_seen_in_one_zone_of_the_beat_after_the_other(stage, now):
    [officer] = stage.cast.officers
    shifts.start_shift(by=officer, at=now)
    positions.agree(by=officer, at=now)
    for minutes in (0, 10):
        command.walk(stage.cast, stage.dice, now + timedelta(minutes=minutes))
    known = {zone.code: zone.geometry for zone in queries.in_force(now).programme.zones}
    seen = [(one.lon, one.lat) for one in OfficerPosition.objects.order_by("seen_at")]
    zones = [code for at in seen for code in ("LIBRARY", "SCIENCE") if around(at, known[code])]
    assert sorted(zones) == ["LIBRARY", "SCIENCE"]


def around(at, geometry) -> bool:
    """Whether a place is within the corners of a zone."""
    sides = zip(*geometry["coordinates"][0], strict=True)
    return all(min(side) <= one <= max(side) for one, side in zip(at, sides, strict=True))


@checked
def a_rate_should_rise_and_another_fall(stage, now):
    proposed = priced(at=stage.until).proposed
    dearer = {one.segment.zone.code for one in proposed if one.proposal.rate > one.current}
    cheaper = {one.segment.zone.code for one in proposed if one.proposal.rate < one.current}
    assert dearer == {"LOOP"}
    assert "ARENA" in cheaper


@checked
def most_vehicles_may_stand_where_they_are_and_fewer_in_the_busy_hours(stage, now):
    back = next(n for n in range(1, 9) if stage.when(-n, 9).weekday() < 5)

    def wrong(hour: int) -> float:
        begins = stage.when(-back, hour)
        for turn in range(5):
            stage.walk_along("SCIENCE", begins + turn * timedelta(minutes=8))
        seen = PlateCheck.objects.filter(
            zone_code="SCIENCE", at__gte=begins, at__lt=begins + timedelta(minutes=50)
        )
        return seen.exclude(verdict="authorized").count() / seen.count()

    assert wrong(11) < wrong(14) < 0.5


@checked
def enforcement_goes_on(stage, now):
    assert boot_cases.counts() == {"ordered": 1, "booted": 1, "towed": 1, "released": 1}
    assert len(bootable(at=stage.until)) >= 2
    assert Letter.objects.filter(batch=None, dropped_at=None).exists()
    assert Letter.objects.exclude(batch=None).exists()
    (batch,) = owners.batches()
    rows = owners.rows(batch)
    assert any(row.request.outcome == "accepted" for row in rows)
    assert any(row.is_open and row.differs for row in rows)
    assert escalations.releases_to_tell("collections").count() == 1
    assert escalations.handed_over("collections").exists()


@checked
def a_drawer_is_at_the_bank_one_is_open_and_the_bank_has_news(stage, now):
    first, evening = Drawer.objects.order_by("opened_at")
    assert (first.over_minor, bool(first.signed_at), evening.closed_at) == (-50, True, None)
    deposit = Deposit.objects.get()
    assert first.deposited.deposit == deposit
    told = dict(Discrepancy.objects.values_list("kind", "act"))
    at_the_bank = {kind: act for kind, act in told.items() if "bank" in kind}
    assert at_the_bank == {"not_at_bank": "arrive", "bank_line": ""}


@checked
def a_month_of_cards_is_compared_with_the_provider_and_each_difference_has_its_act(stage, now):
    rows = Discrepancy.objects.exclude(kind__contains="bank").order_by("happened_at")
    told = {row.kind: row.act for row in rows}
    assert [*told] == [
        "refund_unknown",
        "charge_not_noted",
        "fee_unknown",
        "dispute_unknown",
        "charge_unknown",
    ]
    assert all(told.values())
    assert all(row.text for row in rows)
    compared = Comparison.objects.latest("ran_at")
    assert (compared.unexplained_minor, compared.failure) == (0, "")
    assert Payout.objects.get().posted_minor > 0


@checked
def a_former_system_left_citations_that_age(stage, now):
    [batch] = imports.imports()
    assert (batch.imported, batch.refused) == (7, 1)
    report = REPORTS["citation-ageing"]
    today = local_date(now, stage.zone)
    answers = report.answers({"source": "import", "by": "violation"}, today=today)
    told = report.build(Asking(answers, queries.in_force(now).programme, now, lambda *_: None))
    keys = [column.key for column in told.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in told.rows]
    assert {row["violation"]: row["owed"].amount for row in rows} == {
        "HYDRANT": "233.05",
        "LOADING": "87.40",
        "METER": "66.15",
    }
    assert sum(row["overpaid"].minor for row in rows) == 1_000


@checked
def the_books_hold(stage, now):
    proven = proof.prove(now)
    assert proven.found == []
    assert proven.charges > 10


@checked
def somebody_pays_by_a_plan_and_somebody_asks_for_one(stage, now):
    rows = planning.standings(list(planning.plans().order_by("pk")), at=now)
    running, asked = rows
    assert (running.plan.state, asked.plan.state) == ("running", "asked")
    assert [step.state for step in running.progress.steps][:1] == ["paid"]
    assert running.left.minor > 0
    assert asked.plan.documents.get().name == "benefits.pdf"
    assert set(Payment.objects.values_list("method", flat=True)) >= {"goods", "terminal", "cheque"}


@checked
def departments_pay_by_invoice_and_transfers_wait(stage, now):
    today = local_date(stage.until, stage.zone)
    states = [
        invoice_pages.invoice_line(one, today=today).state
        for one in money.invoices().order_by("number")
    ]
    assert states == ["Paid", "Overdue", "Open"]
    assert InvoiceReminder.objects.exists()
    assert money.lines_by_state()["open"] == 3 + 2  # the deposit, and a line that nobody knows
    assert money.lines_by_state()["booked"] == 1


@checked
def the_chain_of_evidence_holds(stage, now):
    walked = chain.walk(with_files=True)
    assert walked.broken is None
    assert walked.held


@checked
def at_the_kerb_vehicles_are_due_numbers_are_out_and_a_placard_waits(stage, now):
    assert len(due.due(at=stage.until)) >= 2
    assert AllottedNumber.objects.exclude(spoiled_at=None).count() == 1
    assert AllottedNumber.objects.exclude(returned_at=None).count() == 1
    decided = CureProof.objects.order_by("filed_at").values_list("is_accepted", flat=True)
    assert list(decided) == [False, True, None]


@checked
def two_citations_of_a_phone_without_a_signal_wait_for_a_decision(stage, now):
    held = CitationHold.objects.order_by("kind").values_list("kind", flat=True)
    assert list(held) == ["cited_twice", "right_existed"]


@checked
def nothing_of_it_is_empty(stage, now):
    assert Department.objects.filter(closed_at=None).count() >= 2
    assert Department.objects.exclude(closed_at=None).exists()
    assert Validation.objects.filter(code=None).exists()
    assert Validation.objects.exclude(code=None).exists()
    full = VisitorEvent.objects.exclude(passes__stay=None).filter(ends_at__gt=stage.until)
    assert full.exists()
    assert EventPass.objects.filter(stay=None, revoked_at=None).exists()
    assert EventPass.objects.exclude(revoked_at=None).exists()
    drawn = Draw.objects.filter(kind="lottery").exclude(drawn_at=None).get()
    order = [str(one.reference) for one in drawn.tickets.order_by("drawn_as")]
    assert len(order) > 3
    assert draws.verify(drawn.commitment, drawn.seed, order)
    assert Permit.objects.filter(type_code=drawn.type_code).exists()
    assert Phone.objects.exclude(stopped_at=None).exists()
    assert TextMessage.objects.filter(event="session.stay_begun").exists()
    assert RegisterEntry.objects.filter(status="decommissioned").count() == 5
    assert Roster.objects.count() == 1
    assert Ticket.objects.filter(customer__email="customer@campus.example").exists()
    assert Draw.objects.filter(kind="room", tickets__permit__isnull=False).exists()
    assert CarpoolMember.objects.filter(joined_at=None).exists()


@pytest.mark.parametrize("slug", [place.slug for place in PLACES])
@pytest.mark.parametrize("days", [0, 60, 130, 300])
def test_its_programme_has_nothing_that_is_surely_unwanted(slug, days, now):
    today = now.date() + days * DAY
    found = lint.findings(programme_of(slug, today=today).programme, today=today)
    # On Millbrook's streets nobody has a right to the night: that is the ban.
    assert [line for line in found if not line.startswith("zone TOWN")] == []


@checked
def a_coupon_was_used_and_another_is_over(stage, now):
    used = {row.code: (row.used, row.given > 0) for row in coupons.coupons()}
    assert used == {"WELCOME-26": (3, True), "OPEN-DAY": (0, False)}


@checked
def the_kept_figures_followed_all_of_it(stage, now):
    """Everything above was done by acts; none of them forgot what it counts for."""
    assert tallies.check(at=now).drifts == []
    assert Tally.objects.count() > 100
