"""What is promised in a transaction is done after it, once, however often the broker delivers it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from parkops.kernel.decisions import Refused
from parkops.tenancy import later as promises
from parkops.tenancy import tasks
from parkops.tenancy.later import NotYet, TenantMissing, later, tenant_task
from parkops.tenancy.models import OutboxEntry, Rhythm, Tenant

DONE: list[dict] = []
TROUBLE: list[Exception] = []


def note(**arguments) -> None:
    """Note what was asked, in which tenant; or run into the trouble that the test has prepared."""
    if TROUBLE:
        raise TROUBLE.pop()
    DONE.append({"schema": connection.schema_name, **arguments})


note.__module__ = "tests.tenancy.tasks"
task = tenant_task(note)._get_current_object()
del current_app.tasks[task.name]  # no other test is to find it


@pytest.fixture(autouse=True)
def _clean():
    DONE.clear()
    TROUBLE.clear()


@pytest.fixture
def sent(monkeypatch) -> list[dict]:
    """What was handed to the broker: the messages' arguments, in order."""
    messages: list[dict] = []

    def send(name, kwargs, **options):
        messages.append({"task": name, **kwargs})

    monkeypatch.setattr(current_app, "send_task", send)
    return messages


def deliver(entry: OutboxEntry, turn: int | None = None) -> None:
    """Run the task as a worker does with a message of this entry."""
    task.run(
        schema=entry.schema_name,
        entry=entry.pk,
        turn=entry.attempts if turn is None else turn,
        **entry.arguments,
    )


@pytest.fixture
def entry(harbor, sent) -> OutboxEntry:
    later("tests.tenancy.note", word="hello")
    return OutboxEntry.objects.get(task="tests.tenancy.note")


class TestPromise:
    def test_is_a_row_of_the_same_transaction(self, harbor, sent):
        with transaction.atomic():
            later("tests.tenancy.note")
            transaction.set_rollback(True)
        assert not OutboxEntry.objects.exists()

    def test_goes_to_the_broker_when_the_transaction_commits(
        self, harbor, sent, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            later("tests.tenancy.note", word="hello")
            assert sent == []
        [message] = sent
        assert (message["task"], message["schema"], message["word"]) == (
            "tests.tenancy.note",
            "t_harbor",
            "hello",
        )

    def test_waits_while_the_broker_is_away(
        self, harbor, monkeypatch, django_capture_on_commit_callbacks
    ):
        def away(*_, **__):
            raise OperationalError("connection refused")

        monkeypatch.setattr(current_app, "send_task", away)
        with django_capture_on_commit_callbacks(execute=True):
            later("tests.tenancy.note", word="hello")
        assert OutboxEntry.objects.get().state == "waiting"

    def test_is_impossible_outside_a_tenant(self, harbor):
        connection.set_schema_to_public()
        with pytest.raises(TenantMissing):
            later("tests.tenancy.note")


class TestDelivery:
    def test_runs_in_the_tenant_and_ends_the_promise(self, entry):
        connection.set_schema_to_public()
        deliver(entry)
        assert DONE == [{"schema": "t_harbor", "word": "hello"}]
        assert not OutboxEntry.objects.filter(pk=entry.pk).exists()
        assert connection.schema_name == "public"

    def test_twice_is_once(self, entry):
        deliver(entry)
        deliver(entry)
        assert len(DONE) == 1

    def test_two_at_once_are_one(self, entry):
        """The second message comes while the first is still at work."""
        TROUBLE.append(NotYet(30))
        deliver(entry)
        OutboxEntry.objects.filter(pk=entry.pk).update(attempts=1)
        deliver(entry, turn=0)
        assert DONE == []

    def test_a_message_from_before_a_restore_takes_no_other_promises_turn(self, entry):
        """The queue outlived a restore of the database: the row with its number is another promise."""
        task.run(schema=entry.schema_name, entry=entry.pk, turn=0, word="of yesterday")
        assert DONE == []
        entry.refresh_from_db()
        assert entry.attempts == 0
        deliver(entry)
        assert DONE == [{"schema": "t_harbor", "word": "hello"}]

    def test_not_yet_is_put_off_and_does_not_count(self, entry):
        TROUBLE.append(NotYet(30))
        deliver(entry)
        entry.refresh_from_db()
        assert entry.attempts == 0
        wait = entry.available_at - timezone.now()
        assert timedelta(seconds=25) < wait <= timedelta(seconds=30)
        deliver(entry)
        assert len(DONE) == 1

    def test_a_refusal_is_an_end(self, entry):
        TROUBLE.append(Refused("no", "Nothing to do."))
        deliver(entry)
        assert not OutboxEntry.objects.exists()

    def test_a_failure_comes_again_later_and_later_and_is_given_up(self, entry):
        waits = []
        for attempt in range(1, promises.MAX_ATTEMPTS + 1):
            TROUBLE.append(ValueError("broken pipe"))
            with pytest.raises(ValueError, match="broken pipe"):
                deliver(entry)
            entry.refresh_from_db()
            assert entry.attempts == attempt
            waits.append(entry.available_at - timezone.now())
        assert waits == sorted(waits)
        assert (entry.state, entry.last_error) == ("dead", "ValueError: broken pipe")
        deliver(entry)
        assert DONE == []

    @pytest.mark.parametrize("schema", ["", "public", "t_nobody"])
    def test_without_a_tenant_nothing_runs_and_the_promise_stays(self, entry, schema):
        with pytest.raises(TenantMissing):
            task.run(schema=schema, entry=entry.pk, turn=0, word="hello")
        assert DONE == []
        assert OutboxEntry.objects.get(pk=entry.pk).attempts == 0


class TestRelay:
    def test_sends_again_what_is_due_and_only_that(self, entry, sent):
        sent.clear()
        tasks.relay_outbox.run()
        assert sent == []
        OutboxEntry.objects.update(available_at=timezone.now() - timedelta(seconds=1))
        tasks.relay_outbox.run()
        tasks.relay_outbox.run()
        assert [message["entry"] for message in sent] == [entry.pk]

    def test_a_lost_workers_turn_comes_again(self, entry, sent):
        """A worker took it and died: its lease ends, and the next delivery has the next turn."""
        OutboxEntry.objects.update(attempts=1, available_at=timezone.now() - timedelta(seconds=1))
        sent.clear()
        tasks.relay_outbox.run()
        assert sent[0]["turn"] == 1
        entry.refresh_from_db()
        deliver(entry)
        assert len(DONE) == 1

    def test_what_was_given_up_stays_where_it_is(self, entry, sent):
        OutboxEntry.objects.update(state="dead", available_at=timezone.now() - timedelta(seconds=1))
        sent.clear()
        tasks.relay_outbox.run()
        assert sent == []


class TestFanOut:
    def test_names_each_active_tenant_once_however_many_beats(self, harbor, hillside, sent):
        for _ in range(2):
            tasks.fan_out.run(task="tests.tenancy.note", every=60)
        assert sorted(message["schema"] for message in sent) == ["t_harbor", "t_hillside"]
        Rhythm.objects.update(begun_at=timezone.now() - timedelta(seconds=60))
        tasks.fan_out.run(task="tests.tenancy.note", every=60)
        assert len(sent) == 4

    def test_leaves_out_the_suspended(self, harbor, hillside, sent):
        from parkops.tenancy import operations as tenancy

        tenancy.suspend_tenant(hillside)
        tasks.fan_out.run(task="tests.tenancy.note", every=60)
        assert [message["schema"] for message in sent] == ["t_harbor"]


class TestFanOutNightly:
    """Harbor's clocks are New York's; hillside's are put to Tokyo's, thirteen hours ahead in summer."""

    @pytest.fixture
    def nights(self, harbor, hillside, sent):
        """Look at an instant of 14 July 2026 UTC; returns who was sent to."""
        Tenant.objects.filter(pk=hillside.pk).update(timezone="Asia/Tokyo")

        def look(hour: int, minute: int = 0, day: int = 14) -> list[str]:
            sent.clear()
            with time_machine.travel(datetime(2026, 7, day, hour, minute, tzinfo=UTC), tick=False):
                tasks.fan_out_nightly.run(task="tests.tenancy.note")
            return [message["schema"] for message in sent]

        look(0)
        return look

    def test_each_has_its_turn_when_its_own_night_is_over(self, nights):
        found = {hour: nights(hour, 5) for hour in range(24)}
        assert {hour: who for hour, who in found.items() if who} == {
            7: ["t_harbor"],
            18: ["t_hillside"],
        }

    def test_whoever_looks_first_at_all_begins_with_everybody(self, nights):
        Rhythm.objects.all().delete()
        assert nights(12) == ["t_harbor", "t_hillside"]
        assert nights(12) == []

    def test_three_itself_is_over_and_counts_once(self, nights):
        assert nights(6, 59) == []
        assert nights(7) == ["t_harbor"]
        assert nights(7, 10) == []

    def test_a_beat_that_was_away_makes_up_for_one_night(self, nights):
        assert nights(3, day=18) == ["t_harbor", "t_hillside"]

    def test_a_queue_that_is_away_costs_nobody_their_night(self, nights, monkeypatch):
        def away(*_args, **_kwargs):
            raise OperationalError("no broker")

        with monkeypatch.context() as patch:
            patch.setattr(current_app, "send_task", away)
            with pytest.raises(OperationalError):
                nights(7)
        assert nights(7, 10) == ["t_harbor"]

    def test_the_suspended_are_left_out(self, nights, hillside):
        from parkops.tenancy import operations as tenancy

        tenancy.suspend_tenant(hillside)
        assert nights(23) == ["t_harbor"]
