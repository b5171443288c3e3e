"""One act for many permits: checked first, done once, whoever dies in between."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from parkops.jobs.models import Job
from parkops.jobs.operations import Progress
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from permits import operations, tasks
from permits.models import BulkRow, BulkRun, Permit
from permits.operations import bulk
from permits.rules.status import Status
from tests.factories.payments import assert_sound, books

CLERK = Actor("staff", "1", "Clara Clerk")
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


def work(run: BulkRun) -> BulkRun:
    """Do the run's job as the worker that holds it does."""
    ours = Job.objects.filter(pk=BulkRun.objects.get(pk=run.pk).job_id)
    ours.update(state="running", lease_until=timezone.now() + DAY)
    job = ours.get()
    tasks.do_bulk(job, Progress(job))
    run.refresh_from_db()
    return run


def ask(act: str, permits, now, **more) -> BulkRun:
    return operations.ask_bulk(
        act, permit_ids=[p.pk for p in permits], reason="Moved.", by=CLERK, at=now, **more
    )


def texts(run: BulkRun) -> list[tuple[str, str]]:
    return list(run.rows.order_by("pk").values_list("state", "text"))


@pytest.mark.django_db
class TestBulk:
    def test_checks_first_and_changes_nothing(self, person, sell, now):
        permits = [sell(person(f"p{n}"), "MONTH", f"AA{n}") for n in range(3)]
        operations.cancel_permit(permits[2].number, reason="x", by=CLERK, at=now)
        before = books(now)
        run = work(ask("cancel", permits, now))
        assert run.state == "checked"
        assert [state for state, _ in texts(run)] == ["ready", "ready", "refused"]
        assert "goes back" in texts(run)[0][1]
        assert "canceled" in texts(run)[2][1] or "cancelled" in texts(run)[2][1]
        assert books(now) == before
        assert Permit.objects.filter(cancelled_at__isnull=True).count() == 2
        assert Message.objects.filter(event="permit.cancelled").count() == 1

    def test_then_does_each_once_however_often_the_job_runs(self, person, sell, now):
        permits = [sell(person(f"p{n}"), "MONTH", f"AA{n}") for n in range(3)]
        run = work(ask("cancel", permits, now))
        for _ in range(2):
            operations.confirm_bulk(run.reference, by=CLERK, at=now)
        for _ in range(3):
            work(run)
        assert run.state == "done"
        assert {state for state, _ in texts(run)} == {"done"}
        assert Message.objects.filter(event="permit.cancelled").count() == 3
        assert_sound(timezone.now())

    def test_goes_on_where_a_killed_worker_stopped(self, person, sell, now, monkeypatch):
        permits = [sell(person(f"p{n}"), "MONTH", f"AA{n}") for n in range(4)]
        run = work(ask("suspend", permits, now))
        operations.confirm_bulk(run.reference, by=CLERK, at=now)
        real, seen = bulk._do, []

        def dies_at_the_third(pk, *rest):
            if len(seen) == 2:
                raise SystemExit
            seen.append(pk)
            real(pk, *rest)

        monkeypatch.setattr(bulk, "_do", dies_at_the_third)
        with pytest.raises(SystemExit):
            work(run)
        assert BulkRow.objects.filter(state="done").count() == 2
        monkeypatch.setattr(bulk, "_do", real)
        assert work(run).state == "done"
        told = Message.objects.filter(event="permit.suspended")
        assert told.count() == 4

    def test_no_yes_no_act(self, person, sell, now):
        permit = sell(person(), "MONTH")
        run = ask("revoke", [permit], now)
        with pytest.raises(Conflict):
            operations.confirm_bulk(run.reference, by=CLERK, at=now)
        work(run)
        operations.drop_bulk(run.reference, by=CLERK, at=now)
        with pytest.raises(Conflict):
            operations.confirm_bulk(run.reference, by=CLERK, at=now)
        permit.refresh_from_db()
        assert permit.status_at(now) is Status.ACTIVE

    @pytest.mark.parametrize(("act", "reason"), [("cancel", " "), ("nonsense", "x")])
    def test_asks_for_a_reason_and_a_known_act(self, person, sell, now, act, reason):
        permit = sell(person(), "MONTH")
        with pytest.raises(Refused):
            operations.ask_bulk(act, permit_ids=[permit.pk], reason=reason, by=CLERK, at=now)
        with pytest.raises(Refused):
            operations.ask_bulk("cancel", permit_ids=[], reason="x", by=CLERK, at=now)

    def test_moves_ends_and_the_plates_with_them(self, person, sell, now):
        permit = sell(person(), "MONTH", "ABC 123")
        later = permit.ends_at + 10 * DAY
        run = work(ask("extend", [permit], now, parameters={"ends_at": later.isoformat()}))
        operations.confirm_bulk(run.reference, by=CLERK, at=now)
        work(run)
        permit.refresh_from_db()
        assert permit.ends_at == later
        assert permit.plates.get().ends_at == later

    def test_writes_to_holders(self, person, sell, now):
        permits = [sell(person(f"p{n}"), "MONTH") for n in range(2)]
        words = {"subject": "Works in the lot", "words": "Park in LOT-B on Friday."}
        run = work(ask("message", permits, now, parameters=words))
        assert not Message.objects.filter(event="permit.message").exists()
        operations.confirm_bulk(run.reference, by=CLERK, at=now)
        work(run)
        told = Message.objects.filter(event="permit.message", subject="Works in the lot")
        assert told.count() == 2


@pytest.mark.django_db
class TestRenewals:
    def test_says_who_would_renew_at_what_price_and_who_not_and_why(self, person, sell, now):
        sold = now - 25 * DAY
        mine = [sell(person(f"p{n}"), "MONTH", f"AA{n}", at=sold) for n in range(2)]
        late = sell(person("late"), "MONTH", at=now)
        run = work(ask("renew", [*mine, late], now))
        told = texts(run)
        assert told[0] == ("ready", "Renewed for $54.00, to be paid.")
        assert told[2][0] == "refused"
        assert "Renewal opens" in told[2][1]
        assert Permit.objects.count() == 3
        operations.confirm_bulk(run.reference, by=CLERK, at=now)
        work(run)
        work(run)
        fresh = mine[0].renewals.get()
        assert run.rows.get(permit=mine[0]).result_number == fresh.number
        assert Permit.objects.count() == 5
        # It waits for its money until the one before ends.
        assert fresh.hold_expires_at == mine[0].ends_at
        assert operations.expire_holds(at=mine[0].ends_at - DAY) == 0
        assert operations.expire_holds(at=mine[0].ends_at) == 2
        text = Message.objects.filter(event="permit.renewal_sent").first().text
        assert "/pay/" in text

    def test_twice_is_once(self, person, sell, now):
        permit = sell(person(), "MONTH", at=now - 25 * DAY)
        for _ in range(2):
            run = work(ask("renew", [permit], now))
            operations.confirm_bulk(run.reference, by=CLERK, at=now)
            work(run)
        assert permit.renewals.count() == 1
        assert "renewed already" in texts(run)[0][1]


def test_two_workers_at_one_run_do_each_row_once(own_database):
    from parkops.customers import operations as customers
    from payments import operations as payments
    from payments import queries as charges
    from permits.rules.plates import read_plates

    now = timezone.now()
    permits = []
    for n in range(6):
        who = customers.register_customer(
            email=f"r{n}@example.test", name=f"R{n}", audiences=(), by=CLERK, at=now
        )
        wish = operations.Wish("MONTH", read_plates([f"RR{n}"]))
        permit = operations.hold_permit(wish, customer_id=who.pk, channel="api", by=CLERK, at=now)
        charge = charges.charge_of("permit", permit.number)
        payments.take_payment(
            charge_ids=[charge.id], method="cash", amount=charge.balance, by=CLERK, at=now
        )
        permits.append(permit)
    run = work(ask("cancel", permits, now))
    operations.confirm_bulk(run.reference, by=CLERK, at=now)
    tenant = connection.tenant

    def one(_):
        connection.set_tenant(tenant)
        try:
            work(BulkRun.objects.get(pk=run.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(2)))
    assert {state for state, _ in texts(run)} == {"done"}
    assert Message.objects.filter(event="permit.cancelled").count() == 6
    assert_sound(timezone.now())


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.django_db
class TestPages:
    def test_the_ticked_ones_are_checked_then_confirmed(self, site, alice, person, sell):
        office = site.login_as(alice)
        mine = sell(person(), "MONTH", "ABC 123")
        other = sell(person("zoe"), "MONTH", "ZZZ 9")
        url = f"/office/permits/bulk/new/?row={mine.number}"
        assert "Act on 1 permit" in text_of(office.get(url))
        assert office.post(url, {"row": mine.number, "act": "cancel"}).status_code == 422
        asked = office.post(url, {"row": mine.number, "act": "cancel", "reason": "Moved."})
        run = work(BulkRun.objects.get())
        shown = text_of(office.get(asked["Location"]))
        assert "Nothing has been done yet." in shown
        assert mine.number in shown
        assert other.number not in shown
        office.post(f"/office/permits/bulk/{run.reference}/answer/", {"act": "confirm"})
        work(run)
        assert "1 done, 0 refused" in text_of(office.get(asked["Location"]))

    def test_all_that_match_are_those_that_the_filter_shows(self, site, alice, person, sell):
        office = site.login_as(alice)
        mine = sell(person(), "MONTH", "ABC 123")
        sell(person("zoe"), "EVENING", "ZZZ 9")
        said = {"all": "1", "type": "MONTH", "act": "suspend", "reason": "Works."}
        office.post("/office/permits/bulk/new/", said)
        run = BulkRun.objects.get()
        assert [row.permit_id for row in run.rows.all()] == [mine.pk]

    def test_renewals_page_starts_a_run(self, site, alice, person, sell, now):
        office = site.login_as(alice)
        permit = sell(person(), "MONTH", at=now - 25 * DAY)
        day = permit.ends_at.date().isoformat()
        assert office.get("/office/permits/renewals/").status_code == 200
        said = {"type": "MONTH", "from_on": (now - DAY).date().isoformat(), "to_on": day}
        assert office.post("/office/permits/renewals/", said).status_code == 302
        assert BulkRun.objects.get().act == "renew"
        assert office.post("/office/permits/renewals/", said | {"type": "GUEST"}).status_code == 422

    def test_deposits_are_listed(self, site, alice, person, hold, pay):
        permit = hold(person("stu", "STUDENT"), "RESIDENT")
        pay(permit)
        pay(permit, kind="deposit")
        assert permit.number in text_of(site.login_as(alice).get("/office/permits/deposits/"))

    def test_only_those_who_may(self, site, clara, person, sell):
        permit = sell(person(), "MONTH")
        office = site.login_as(clara)
        assert office.get(f"/office/permits/bulk/new/?row={permit.number}").status_code == 403
        assert "Act on" not in text_of(office.get("/office/permits/"))
