"""Acts and the adding up go on at the same time, and nothing is lost."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django_tenants.utils import schema_context

from parkops.kernel.tallies import quarter
from parkops.tallies import operations
from parkops.tallies.models import Tally
from permits.rules.counting import ACTIVE, SOLD

pytestmark = pytest.mark.django_db(transaction=True)

ACTS, WORKERS = 40, 3


def test_everything_added_is_there(harbor, now):
    schema, faults = connection.schema_name, []

    def act(work):
        try:
            with schema_context(schema):
                for n in range(ACTS):
                    work(n)
        except Exception as fault:  # noqa: BLE001  told by the test
            faults.append(fault)
        finally:
            connection.close()

    def adding(n):
        operations.add({(SOLD, quarter(now)): 1, (ACTIVE, now - timedelta(minutes=n)): 1})

    def adding_up(_n):
        operations.add_up(at=now)

    works = [adding] * WORKERS + [adding_up] * 2
    threads = [Thread(target=act, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    operations.add_up(at=now)
    kept = {row.name: row.n for row in Tally.objects.filter(name__in=[SOLD, ACTIVE])}
    assert kept == {SOLD: ACTS * WORKERS, ACTIVE: ACTS * WORKERS}
