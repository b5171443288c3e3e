"""Two at once, with threads that commit: a message sent twice, and two reviewers of one read."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection

from enforcement.cameras import operations
from enforcement.cameras.models import PlateRead
from enforcement.cameras.reads import Read
from enforcement.models import PlateCheck
from parkops.audit.models import AuditEvent
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict

TOGETHER = 4


def at_once(tenant, work) -> list[object]:
    """Run `work(n)` in threads that begin together; return what they return."""
    gate = Barrier(TOGETHER)

    def run(n: int) -> object:
        connection.set_tenant(tenant)
        try:
            gate.wait(timeout=30)
            return work(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(run, range(TOGETHER)))


def test_a_message_is_taken_once_and_a_read_decided_once(own_database, now):
    camera = operations.add_camera(
        name="Gate", vendor="rekor", zone="LOT-A", by=SYSTEM, at=now
    ).camera
    reads = [Read("ABC123", now, 0.99, event="sure"), Read("XYZ789", now, 0.6, event="doubt")]

    taken = at_once(own_database, lambda n: operations.take_in(camera.pk, reads, digest="", at=now))
    assert sorted(one.repeated for one in taken) == [0, 2, 2, 2]
    assert (PlateRead.objects.count(), PlateCheck.objects.count()) == (2, 1)

    waiting = PlateRead.objects.get(state="waiting")

    def decide(n: int) -> str:
        by = Actor("staff", str(n), f"Reviewer {n}")
        try:
            if n % 2:
                operations.reject_read(waiting.reference, reason="No", by=by, at=now)
            else:
                operations.settle_read(waiting.reference, plate=f"XYZ78{n}", by=by, at=now)
        except Conflict as refusal:
            return str(refusal)
        return "decided"

    answers = at_once(own_database, decide)
    waiting.refresh_from_db()
    first = [answer for answer in answers if answer == "decided"]
    # Two may reject: the second changes nothing.
    assert len(first) == (2 if waiting.state == "rejected" else 1)
    assert all(waiting.decided_by in said for said in answers if said != "decided")
    assert AuditEvent.objects.filter(event__startswith="read.").count() == 1
    assert PlateCheck.objects.count() == (1 if waiting.state == "rejected" else 2)
