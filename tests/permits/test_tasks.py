"""The scheduled work of permits, as the queue runs it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from permits import tasks
from permits.models import Quota

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now() - timedelta(minutes=20)


def run(task, tenant) -> None:
    task(schema=tenant.schema_name)


def test_holds_run_out(harbor, person, hold):
    hold(person("stu", "STUDENT"), "RESIDENT")
    run(tasks.expire_holds, harbor)
    run(tasks.expire_holds, harbor)
    assert Quota.objects.get().taken == 0


def test_j7_a_time_out_is_a_jobs_and_not_that_of_who_looks(
    harbor, person, hold, site, alice, token
):
    permit = hold(person("stu", "STUDENT"), "RESIDENT")
    site.login_as(alice)
    assert site.get(f"/office/permits/{permit.number}/").status_code == 200
    address = f"/api/v1/permits/{permit.number}"
    assert site.get(address, headers=token("permits:read")).status_code == 200
    permit.refresh_from_db()
    assert permit.lapsed_at is None
    assert Quota.objects.get().taken == 1
    run(tasks.expire_holds, harbor)
    permit.refresh_from_db()
    assert permit.lapsed_at is not None
    assert Quota.objects.get().taken == 0


def test_permits_end_once(harbor, person, sell):
    earlier = timezone.now() - timedelta(hours=3)
    permit = sell(person(), "GUEST", at=earlier)
    assert permit.ends_at < timezone.now()
    assert permit.ended_at is None
    run(tasks.expire_permits, harbor)
    permit.refresh_from_db()
    noted = permit.ended_at
    assert noted is not None
    run(tasks.expire_permits, harbor)
    permit.refresh_from_db()
    assert permit.ended_at == noted


def test_counters_are_mended(harbor, person, hold):
    hold(person("stu", "STUDENT"), "RESIDENT")
    Quota.objects.update(taken=2)
    run(tasks.check_quotas, harbor)
    assert Quota.objects.get().taken == 1
