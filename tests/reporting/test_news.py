"""What a poll brings: the pieces that changed since the version that was shown, and nothing else."""

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from django_tenants.utils import tenant_context
from hypothesis import given
from hypothesis import strategies as st

from enforcement.rules import counting
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.programme import queries as programme
from parkops.tallies import operations as tallies
from payments.models import Payment
from reporting.dashboards import desks
from reporting.dashboards.figures import FIGURES, READ_BY_ALL, stat
from reporting.dashboards.look import Look
from reporting.dashboards.panels import PANELS
from reporting.dashboards.panels import drawn as drawn_panel
from reporting.operations import arrangements, limits
from reporting.queries import desks as waiting
from reporting.queries import live, news, sharing
from reporting.queries.desks import (
    Desks,
    HearingToday,
    LimitNow,
    NextAppeal,
    OfficerAtWork,
    OpenCall,
    OpenDrawer,
)
from reporting.queries.live import Counts, Series, ZoneCount
from tests.conftest import _tenant

pytestmark = pytest.mark.django_db

WHOLE, IN_PLACE = '<div id="desk"', 'hx-swap-oob="true"'
NOON = datetime(2025, 10, 15, 12, tzinfo=UTC)
ISO = NOON.isoformat()


def checked(count: int) -> None:
    """Let plates have been checked, and be looked at once more."""
    with tenant_context(_tenant("harbor")):
        tallies.add(counting.checks(timezone.now(), count))
        sharing.forget(live.SHARED, waiting.SHARED)


@pytest.fixture
def poll(site, alice):
    """Ask as a page that shows a version; returns the version then shown, and what came."""
    site.login_as(alice)

    def ask(version: str = "", desk: str = "today") -> tuple[str, str]:
        answer = site.get(f"/office/live/?desk={desk}&v={version}")
        return answer.headers.get("Live-Version", version), answer.content.decode()

    return ask


class TestAPoll:
    def test_brings_what_changed_and_nothing_else(self, poll):
        shown, whole = poll()
        assert WHOLE in whole
        checked(2)
        later, brought = poll(shown)
        assert brought.count(IN_PLACE) == 1
        assert f'id="checks" {IN_PLACE}' in brought
        assert WHOLE not in brought
        assert poll(later) == (later, "")

    def test_plates_that_are_checked_let_nobody_look_at_what_waits(self, poll, monkeypatch):
        shown, _ = poll()

        def looking(_at):
            raise AssertionError("nothing was done that waits for somebody")

        monkeypatch.setattr(waiting, "look", looking)
        checked(2)
        assert f'id="checks" {IN_PLACE}' in poll(shown)[1]

    def test_who_was_away_for_longer_gets_all_that_changed_since(self, poll, sell, person):
        first, _ = poll()
        checked(2)
        poll(first)
        with tenant_context(_tenant("harbor")):
            sell(person("ana", "STAFF"), "MONTH", at=timezone.now())
        checked(0)
        _, brought = poll(first)
        for code in ("checks", "permits", "sold", "panel-events"):
            assert f'id="{code}" {IN_PLACE}' in brought
        assert 'id="officers"' not in brought

    def test_a_page_opened_meanwhile_shows_the_same(self, poll, site):
        shown, _ = poll()
        checked(3)
        later, brought = poll(shown)
        page = site.get("/office/desks/today/").content.decode()
        assert f'version="{later}"' in page
        assert brought.replace(f" {IN_PLACE}", "").strip() in page

    @pytest.mark.parametrize(
        "version", ["", "0", "0-0-0", "x", "9" * 5000, "1-2-3-4", "²-1-1", "-"]
    )
    def test_another_version_gets_the_whole_desk(self, poll, version):
        assert WHOLE in poll(version)[1]

    def test_an_arrangement_that_changed_is_told_whole(self, poll, alice, now):
        shown, _ = poll()
        with tenant_context(_tenant("harbor")):
            arrangements.arrange(
                desks.DESKS["today"], act="hide", piece="taken", user=alice, at=now
            )
        checked(1)
        _, brought = poll(shown)
        assert WHOLE in brought
        assert "Taken today" not in brought

    def test_a_version_of_another_desk_is_none_of_this(self, poll):
        shown, _ = poll()
        checked(1)
        assert WHOLE in poll(shown, desk="money")[1]

    def test_a_limit_that_is_crossed_is_told_above_the_desk(self, poll, alice, now):
        with tenant_context(_tenant("harbor")):
            limits.set_limit(
                figure="checks",
                direction="over",
                amount=3,
                tone="warn",
                for_all=True,
                by_mail=False,
                user=alice,
                by=Actor("staff", str(alice.pk), alice.name),
                at=now,
            )
        shown, whole = poll()
        assert "Beyond a limit" not in whole
        checked(4)
        shown, brought = poll(shown)
        assert 'id="desk-alerts" class="desk__alerts"' in whole
        assert "Beyond a limit" in brought
        assert brought.count(IN_PLACE) == 2

    def test_what_became_of_a_payment_is_told(self, poll, cite, pay):
        with tenant_context(_tenant("harbor")):
            pay(cite("ABC 123", at=timezone.now()), at=timezone.now(), kind="citation")
        shown, _ = poll()
        with tenant_context(_tenant("harbor")):
            assert Payment.objects.update(state=Payment.State.FAILED)
            audit.record(
                "payment.failed", subject=("payment", "1"), actor=SYSTEM, at=timezone.now()
            )
        checked(1)
        _, brought = poll(shown)
        assert f'id="panel-events" {IN_PLACE}' in brought
        assert "declined" in brought

    def test_a_new_day_is_told_above_the_desk(self, poll, site):
        with time_machine.travel(datetime(2025, 10, 15, 20, tzinfo=UTC), tick=False) as clock:
            shown, whole = poll()
            page = site.get("/office/").content.decode()
            assert '<p id="desk-day"><time datetime="2025-10-15"' in page
            assert f'id="desk-day" {IN_PLACE}><time datetime="2025-10-15"' in whole
            clock.shift(timedelta(hours=9))
            checked(0)
            _, brought = poll(shown)
            assert f'id="desk-day" {IN_PLACE}><time datetime="2025-10-16"' in brought
            assert WHOLE not in brought

    def test_says_from_when_it_is(self, poll, site):
        shown, _ = poll()
        checked(1)
        answer = site.get(f"/office/live/?desk=today&v={shown}")
        assert str(timezone.now().year) in answer["Live-Written"]


FULL_COUNTS = Counts(
    at=ISO,
    day="2025-10-15",
    programme=1,
    currency="USD",
    newest="a",
    permits_active=1,
    permits_held=2,
    permits_to_approve=3,
    sold=Series([1] * 24, [2] * 24, 8),
    checks=Series([3] * 24, [1] * 24, 8),
    citations=Series([4] * 24, [2] * 24, 8),
    taken=Series([500] * 24, [100] * 24, 8),
    citations_unpaid=4,
    appeals_waiting=5,
    oldest_appeal_at=(NOON - timedelta(days=6)).isoformat(),
    officers_on_shift=6,
    jobs_failed=7,
    payments_to_review=8,
    messages_failed=9,
    tasks_given_up=1,
    books_differ=2,
    differences_open=3,
    zones=[ZoneCount("LOT-A", "Lot A", 4, 120, 3, 9, "counted by the gate")],
)
FULL_DESKS = Desks(
    at=ISO,
    day="2025-10-15",
    appeals_due=1,
    appeals_with_nobody=2,
    appeals_to_hear=3,
    appeals_of={"7": 4},
    next_decision_on="2025-10-20",
    proofs=5,
    oldest_proof_at=ISO,
    voids=6,
    hearings_today=7,
    calls_open=8,
    calls_new=9,
    calls_late=1,
    drawers_to_sign=2,
    to_deposit=3,
    refunds=4,
    disputes=5,
    plans=6,
    bank_lines=7,
    invoices_overdue=8,
    invoices_overdue_minor=900,
    proven_at=ISO,
    citations_by_zone=[("LOT-A", 3)],
    officers=[OfficerAtWork("A", "Bob", ISO, "", "", ISO, 42.3, -71.1, True)],
    calls=[OpenCall("R-1", "Blocked", "LOT-A", "High", "bad", "", ISO, False)],
    appeals=[NextAppeal("A-1", "Ana", "C-1", "", ISO, "2025-10-16")],
    hearings=[HearingToday(ISO, "A-1", "Ana", "Room 1")],
    drawers=[
        OpenDrawer("0b0c8e3a-1c1b-4a7e-9a42-0c8d6d0ff7f3", "Window 1", "staff:7", "Di", ISO, 2)
    ],
    limits=[LimitNow("checks", "over", 3, "bad", "", ISO, "", True)],
)


def other(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return (NOON - timedelta(days=1)).isoformat() if value == ISO or "T" in value else "other"
    if isinstance(value, Series):
        return replace(value, today=[one + 1 for one in value.today])
    if isinstance(value, dict):
        return {key: one + 1 for key, one in value.items()}
    return []


class TestWhatAPieceReads:
    """A piece whose fields did not change looks the same: else a page would show it as it was."""

    @pytest.fixture
    def look(self, harbor) -> Look:
        rules = programme.in_force(NOON).programme
        return Look(FULL_COUNTS, FULL_DESKS, rules, NOON, "en-US", "7", lambda _permission: True)

    @pytest.fixture
    def drawn(self):
        def draw(code: str, look: Look) -> Any:
            if code in FIGURES:
                return stat(FIGURES[code], look)
            return drawn_panel(PANELS[code], look)

        return draw

    @pytest.mark.parametrize("code", [code for code in [*FIGURES, *PANELS] if code != "events"])
    def test_no_other_field_changes_it(self, code, look, drawn):
        piece = FIGURES.get(code) or PANELS[code]
        before = drawn(code, look)
        for part in ("counts", "waiting"):
            told = getattr(look, part)
            for one in fields(told):
                if one.name in {"at", "version", "changed"} | READ_BY_ALL:
                    continue
                changed = replace(told, **{one.name: other(getattr(told, one.name))})
                after = drawn(code, replace(look, **{part: changed}))
                if one.name not in piece.reads:
                    assert after == before, f"{code} reads {one.name}"

    @pytest.mark.parametrize("code", [code for code in [*FIGURES, *PANELS] if code != "events"])
    def test_some_field_that_it_names_changes_it(self, code, look, drawn):
        piece = FIGURES.get(code) or PANELS[code]
        known = {one.name for kind in (Counts, Desks) for one in fields(kind)}
        assert set(piece.reads) <= known
        before, seen = drawn(code, look), []
        for name in piece.reads:
            part = "counts" if hasattr(look.counts, name) else "waiting"
            told = getattr(look, part)
            changed = replace(told, **{name: other(getattr(told, name))})
            seen.append(drawn(code, replace(look, **{part: changed})) != before)
        assert any(seen)

    @pytest.mark.parametrize("code", [*FIGURES, *PANELS])
    def test_the_hour_alone_changes_nothing(self, code, look, drawn):
        assert drawn(code, look) == drawn(code, replace(look, now=NOON + timedelta(seconds=50)))


@dataclass(frozen=True)
class Told:
    """Figures of three fields."""

    at: str
    one: int
    two: int
    three: int
    version: str = ""
    changed: dict[str, int] = field(default_factory=dict)


STATES = st.lists(st.tuples(*[st.integers(0, 2)] * 3), min_size=2, max_size=8)


class TestVersions:
    @given(STATES, st.data())
    def test_what_changed_since_makes_the_old_the_new(self, states, data):
        told: list[Told] = []
        for n, (one, two, three) in enumerate(states):
            seen = Told((NOON + timedelta(seconds=n)).isoformat(), one, two, three)
            told.append(sharing._versioned(seen, told[-1] if told else None))
        since = data.draw(st.integers(0, len(told) - 1))
        old, new = told[since], told[-1]
        changed = {name for name, version in new.changed.items() if version > int(old.version)}
        assert replace(old, **{name: getattr(new, name) for name in changed}).one == new.one
        for name in ("one", "two", "three"):
            assert name in changed or getattr(old, name) == getattr(new, name)
        versions = [int(one.version) for one in told]
        assert versions == sorted(versions)
        for before, after in zip(told, told[1:], strict=False):
            same = (before.one, before.two, before.three) == (after.one, after.two, after.three)
            assert (before.version == after.version) is same

    def test_a_look_that_ends_after_a_later_one_tells_nothing_old(self, harbor):
        name = sharing.Shared.named("late", 3, timedelta(seconds=30), Told)
        later = NOON + timedelta(seconds=5)

        def fast(at):
            return Told(at.isoformat(), 1, 2, 1)

        def slow(at):
            sharing.forget(name)
            tallies.add(counting.checks(timezone.now(), 1))
            sharing.shared(name, later, fast)
            return Told(at.isoformat(), 2, 1, 1)

        first = sharing.shared(name, NOON, lambda at: Told(at.isoformat(), 1, 1, 1))
        sharing.forget(name)
        tallies.add(counting.checks(timezone.now(), 1))
        seen = sharing.shared(name, NOON + timedelta(seconds=1), slow)
        assert (seen.at, seen.one, seen.two) == (later.isoformat(), 1, 2)
        assert sharing.shared(name, later, slow) == seen
        assert seen.changed["one"] == int(first.version) < seen.changed["two"]

    def test_a_look_follows_what_was_told_while_it_was_taken(self, harbor):
        name = sharing.Shared.named("behind", 3, timedelta(seconds=30), Told)
        told = []

        def slow(at):
            sharing.forget(name)
            tallies.add(counting.checks(timezone.now(), 1))
            before = NOON + timedelta(seconds=1)
            told.append(sharing.shared(name, before, lambda at: Told(at.isoformat(), 1, 2, 1)))
            return Told(at.isoformat(), 1, 1, 1)

        sharing.shared(name, NOON, lambda at: Told(at.isoformat(), 1, 1, 1))
        sharing.forget(name)
        tallies.add(counting.checks(timezone.now(), 1))
        seen = sharing.shared(name, NOON + timedelta(seconds=2), slow)
        assert seen.two == 1
        assert seen.changed["two"] > int(told[0].version), "who was told 2 is told 1 again"

    def test_looks_at_one_instant_have_versions_of_their_own(self):
        first = sharing._versioned(Told(ISO, 1, 1, 1), None)
        second = sharing._versioned(Told(ISO, 2, 1, 1), first)
        assert int(second.version) > int(first.version)
        assert second.changed == {"one": int(second.version)} | dict.fromkeys(
            ("two", "three"), int(first.version)
        )

    def test_a_version_later_than_any_told_is_not_known(self):
        counts, waits = (sharing._versioned(told, None) for told in (FULL_COUNTS, FULL_DESKS))
        shown = news.version_of(counts, waits, ["permits"])
        assert news.changed_since(shown, counts, waits, ["permits"]) == frozenset()
        assert news.changed_since(shown, counts, waits, ["sold"]) is None
        later = news.version_of(
            replace(counts, version=str(int(counts.version) + 1)), waits, ["permits"]
        )
        assert news.changed_since(later, counts, waits, ["permits"]) is None
