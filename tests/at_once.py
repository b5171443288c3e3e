"""An act done twice at once, as two workers or two clicks do."""

from collections.abc import Callable
from threading import Event, Thread

import pytest
from django.db import connections, transaction
from django_tenants.utils import tenant_context


@pytest.fixture
def both(own_database):
    """Do an act twice, the second begun before the first is committed; returns what either failed with."""

    def do(act: Callable[[], object]) -> list[Exception]:
        begun, over, faults = Event(), Event(), []

        def first():
            with transaction.atomic():
                act()
                begun.set()
                over.wait(0.5)  # longer than the second needs, unless it waits for this

        def second():
            begun.wait(10)
            act()
            over.set()

        def apart(work):
            try:
                with tenant_context(own_database):
                    work()
            except Exception as fault:  # noqa: BLE001  told to the test
                faults.append(fault)
            finally:
                connections.close_all()

        threads = [Thread(target=apart, args=[work]) for work in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return faults

    return do
