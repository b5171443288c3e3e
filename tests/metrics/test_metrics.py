"""What Prometheus reads: guarded, of all processes together, with few labels whatever is asked for."""

import subprocess
import sys
from datetime import timedelta

import pytest
import redis
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from django_tenants.utils import tenant_context
from prometheus_client.parser import text_string_to_metric_families

from parkops.jobs.models import Job
from parkops.metrics import counting
from parkops.tenancy.models import OutboxEntry

ORDER = ("tenant", "surface", "method", "status", "state", "le")
TOKEN = "an-operators-token-of-these-tests"  # noqa: S105


@pytest.fixture
def store():
    """The store, with no counts in it before and after."""
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        counting._counts.clear()
        client.delete(counting.key())
        yield client
        counting._counts.clear()
        client.delete(counting.key())


@pytest.fixture
def read(db, store, settings):
    """Read the metrics as an operator does: {name: {labels: value}}."""
    settings.METRICS_TOKEN = TOKEN

    def do() -> dict[str, dict[tuple[str, ...], float]]:
        answer = Client(SERVER_NAME=settings.DOMAIN).get(
            "/metrics", headers={"authorization": f"Bearer {TOKEN}"}
        )
        assert answer.status_code == 200
        found: dict[str, dict[tuple[str, ...], float]] = {}
        for family in text_string_to_metric_families(answer.content.decode()):
            for sample in family.samples:
                labels = tuple(sample.labels[name] for name in ORDER if name in sample.labels)
                found.setdefault(sample.name, {})[labels] = sample.value
        return found

    return do


class TestGuard:
    @pytest.mark.parametrize(
        "given", ["", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ünï"]
    )
    def test_without_the_token_nothing_is_told(self, db, settings, given):
        settings.METRICS_TOKEN = TOKEN
        answer = Client(SERVER_NAME=settings.DOMAIN).get(
            "/metrics", headers={"authorization": given}
        )
        assert answer.status_code == 401
        assert b"parkops_" not in answer.content

    def test_where_no_token_is_set_there_is_no_such_page(self, db, settings):
        settings.METRICS_TOKEN = ""
        answer = Client(SERVER_NAME=settings.DOMAIN).get(
            "/metrics", headers={"authorization": "Bearer "}
        )
        assert answer.status_code == 404

    def test_no_tenants_site_has_it(self, site, settings):
        settings.METRICS_TOKEN = TOKEN
        answer = site.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 404


class TestRequests:
    def test_are_counted_by_surface_method_and_status(self, site, read):
        site.get("/")
        site.get("/office/")
        site.post("/api/v1/permits")
        found = read()["parkops_request_seconds_count"]
        assert found["public", "GET", "2xx"] == 1
        assert found["office", "GET", "3xx"] == 1
        assert found["api", "POST", "4xx"] == 1

    def test_labels_stay_few_whatever_is_asked_for(self, site, read):
        for path in ("/x1", "/x2", "/office/nothing", "/a/b/c", "/%00"):
            site.get(path)
        site.generic("BREW", "/coffee")
        found = read()["parkops_request_seconds_count"]
        assert {surface for surface, _, _ in found} <= {*counting.SURFACES, "public", "platform"}
        assert {method for _, method, _ in found} <= {*counting.METHODS, "other"}

    def test_buckets_hold_what_took_as_long_and_all_before(self, read):
        for seconds in (0.001, 0.03, 0.03, 60.0):
            counting.count("api", "GET", 200, seconds)
        found = read()["parkops_request_seconds_bucket"]
        ours = {labels[-1]: value for labels, value in found.items() if labels[0] == "api"}
        assert (ours["0.005"], ours["0.025"], ours["0.05"], ours["10.0"], ours["+Inf"]) == (
            1,
            1,
            3,
            3,
            4,
        )
        assert read()["parkops_request_seconds_sum"]["api", "GET", "2xx"] == pytest.approx(60.061)

    def test_processes_are_added_up(self, read, store):
        counting.count("api", "GET", 200, 0.5)
        program = (
            "import django; django.setup()\n"
            "from parkops.metrics import counting\n"
            "counting.count('api', 'GET', 200, 0.25)\n"
        )
        subprocess.run([sys.executable, "-c", program], check=True)
        assert read()["parkops_request_seconds_count"]["api", "GET", "2xx"] == 2

    def test_while_the_store_is_away_requests_are_answered_and_counts_wait(
        self, site, read, monkeypatch
    ):
        away = redis.Redis(port=1, socket_connect_timeout=0.1)
        with monkeypatch.context() as patch:
            patch.setattr(counting, "_client", away)
            patch.setattr(counting, "EVERY_SECONDS", 0)
            assert site.get("/zones/").status_code == 200
        assert read()["parkops_request_seconds_count"]["public", "GET", "2xx"] == 1


class TestGathered:
    def test_jobs_of_all_tenants_and_of_each_if_wished(self, harbor, hillside, read, settings):
        Job.objects.create(kind="x", state="failed", created_at=timezone.now())
        with tenant_context(hillside):
            Job.objects.create(kind="x", state="failed", created_at=timezone.now())
            Job.objects.create(kind="x", state="queued", created_at=timezone.now())
        found = read()
        assert found["parkops_jobs"] == {("queued",): 1, ("running",): 0, ("failed",): 2}
        assert "parkops_tenant_jobs" not in found
        settings.METRICS_NAME_TENANTS = True
        found = read()["parkops_tenant_jobs"]
        assert found["harbor", "failed"] == found["hillside", "failed"] == 1
        assert (found["harbor", "queued"], found["hillside", "queued"]) == (0, 1)

    def test_while_the_store_is_away_all_else_is_told(self, harbor, read, monkeypatch):
        assert read()["parkops_store_up"][()] == 1
        away = redis.Redis(port=1, socket_connect_timeout=0.1)
        monkeypatch.setattr(counting, "_client", away)
        found = read()
        assert found["parkops_store_up"][()] == 0
        assert found["parkops_tenants"]["active",] == 2
        assert not {"parkops_request_seconds_count", "parkops_queue_messages"} & set(found)

    def test_promised_work_and_how_late_it_is(self, harbor, read):
        now = timezone.now()
        long_ago = now - timedelta(minutes=10)
        told = {"schema_name": harbor.schema_name, "task": "x", "created_at": now}
        OutboxEntry.objects.create(**told, available_at=long_ago)
        OutboxEntry.objects.create(**told, available_at=now, state="dead")
        found = read()
        assert found["parkops_outbox_entries"]["waiting",] >= 1
        assert found["parkops_outbox_entries"]["dead",] == 1
        assert found["parkops_outbox_late_seconds"][()] >= 599

    def test_tenants_and_the_queue(self, read):
        found = read()
        assert found["parkops_tenants"]["active",] == 2
        assert found["parkops_queue_messages"][()] >= 0

    def test_costs_as_many_statements_however_many_tenants(
        self, harbor, read, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(14):
            read()
