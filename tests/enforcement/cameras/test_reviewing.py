"""A person decides what waits: accept, correct, reject; once, by one, on record."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from enforcement.cameras import operations
from enforcement.cameras.models import PlateRead, ReadErasure
from enforcement.models import PlateCheck
from enforcement.tasks import erase_reads
from parkops.audit.models import AuditEvent
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from tests.enforcement.cameras.conftest import NOW

pytestmark = pytest.mark.usefixtures("at_work")
ADA, BEN = Actor("staff", "1", "Ada"), Actor("staff", "2", "Ben")


def settle(read: PlateRead, plate: str, by: Actor = ADA) -> PlateRead:
    return operations.settle_read(read.reference, plate=plate, by=by, at=NOW)


def reject(read: PlateRead, reason: str = "No plate on it", by: Actor = ADA) -> PlateRead:
    return operations.reject_read(read.reference, reason=reason, by=by, at=NOW)


class TestDeciding:
    def test_accepting_checks_the_plate_as_read(self, waiting):
        read = settle(waiting(), "abc 123")
        check = PlateCheck.objects.get()
        assert (read.state, read.check_record, read.decided_by) == ("accepted", check, "Ada")
        assert (check.plate_key, check.region, check.source) == ("ABC123", "NY", "camera")
        assert (check.actor_name, check.at) == ("Ada", read.taken_at)
        assert read.is_hit
        event = AuditEvent.objects.get(event="read.accepted")
        assert (event.subject_ref, event.actor_name) == (str(read.reference), "Ada")

    def test_correcting_checks_the_other_plate_in_any_state(self, waiting):
        read = settle(waiting(), "A8C123")
        assert (read.state, read.plate_text, read.settled_text) == (
            "corrected",
            "ABC123",
            "A8C123",
        )
        assert PlateCheck.objects.get().region == ""

    def test_rejecting_checks_nothing_and_keeps_why(self, waiting):
        read = reject(waiting(), " a  shadow ")
        assert (read.state, read.reason, read.check_record) == ("rejected", "a shadow", None)
        assert not PlateCheck.objects.exists()
        assert AuditEvent.objects.get(event="read.rejected").reason == "a shadow"

    @pytest.mark.parametrize("act", [lambda r: settle(r, "A8C123"), reject])
    def test_twice_is_once(self, waiting, act):
        read = waiting()
        act(read)
        act(read)
        assert PlateCheck.objects.count() <= 1
        assert AuditEvent.objects.filter(event__startswith="read.").count() == 1

    def test_of_two_reviewers_the_first_counts(self, waiting):
        read = waiting()
        settle(read, "ABC123")
        with pytest.raises(Conflict, match="Ada has decided this read: accepted"):
            reject(read, by=BEN)
        with pytest.raises(Conflict):
            settle(read, "A8C123", by=BEN)
        assert PlateRead.objects.get().decided_by == "Ada"

    def test_what_was_checked_by_itself_is_not_decided_again(self, waiting):
        read = waiting(sure=99.0)
        with pytest.raises(Conflict, match="rekor at the gate has decided"):
            reject(read)

    @pytest.mark.parametrize(
        ("act", "field"),
        [(lambda r: settle(r, "-"), "plate"), (lambda r: reject(r, " "), "reason")],
    )
    def test_a_decision_without_substance_is_refused(self, waiting, act, field):
        read = waiting()
        with pytest.raises(Refused) as refusal:
            act(read)
        assert refusal.value.field == field
        assert PlateRead.objects.get().state == "waiting"


class TestErasing:
    def test_reads_without_a_hit_go_with_their_pictures_and_plates(
        self, waiting, django_capture_on_commit_callbacks
    ):
        rejected, hit, late = reject(waiting("GONE1")), waiting("HIT1", 99.0), waiting("LATE1")
        files = [rejected.shown, rejected.original]
        assert all(default_storage.exists(name) for name in files)
        after = NOW + timedelta(days=30, seconds=1)
        with django_capture_on_commit_callbacks(execute=True):
            ran = operations.erase_reads(at=after)
        assert (ran.erased, ran.pictures, ran.left) == (2, 2, 0)
        assert list(PlateRead.objects.all()) == [hit]
        assert not any(default_storage.exists(name) for name in files)
        assert default_storage.exists(hit.shown)
        assert ReadErasure.objects.get().before_at == after - timedelta(days=30)
        with pytest.raises(NotFound):
            settle(late, "LATE1")

    def test_the_check_of_an_erased_read_says_who_and_where_and_no_plate(self, waiting):
        read = settle(waiting(), "ABC123")
        PlateRead.objects.filter(pk=read.pk).update(is_hit=False)
        operations.erase_reads(at=NOW + timedelta(days=31))
        check = PlateCheck.objects.get()
        assert (check.plate_key, check.plate_text, check.region, check.answer) == ("", "", "", {})
        assert (check.actor_name, check.zone_code) == ("Ada", "LOT-A")

    def test_before_their_time_nothing_goes_and_the_run_is_on_record(self, waiting):
        waiting()
        ran = operations.erase_reads(at=NOW + timedelta(days=30))
        assert (ran.erased, ReadErasure.objects.count()) == (0, 1)
        assert PlateRead.objects.exists()

    def test_the_task_goes_on_until_nothing_is_left(self, waiting, harbor, monkeypatch):
        monkeypatch.setattr("enforcement.cameras.operations.erasing._AT_ONCE", 1)
        for plate in ("A1", "A2", "A3"):
            reject(waiting(plate))
        PlateRead.objects.update(received_at=NOW - timedelta(days=31))
        erase_reads.run(schema=harbor.schema_name)
        assert [run.erased for run in ReadErasure.objects.order_by("pk")] == [1, 1, 1]
        assert not PlateRead.objects.exists()
