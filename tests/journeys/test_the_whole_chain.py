"""From a customer to a balanced ledger, over HTTP, as the systems that talk to ParkOps would do it."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.db.models import F

from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from payments.models import Charge
from payments.queries import proof
from reporting.models import ReportRun

pytestmark = pytest.mark.django_db(transaction=False)

TUESDAY = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)  # 10:15 in New York: LOT-A is enforced


class Api:
    """The API of harbor, called with one token."""

    def __init__(self, site, headers):
        self.site = site
        self.headers = headers

    def get(self, path, *, expect=200):
        return self._call("get", path, None, expect)

    def post(self, path, body, *, expect=201, key=""):
        return self._call("post", path, body, expect, key)

    def _call(self, method, path, body, expect, key=""):
        headers = {**self.headers, **({"idempotency-key": key} if key else {})}
        asked = {"headers": headers}
        if body is not None:
            asked |= {"data": json.dumps(body), "content_type": "application/json"}
        answer = getattr(self.site, method)(f"/api/v1{path}", **asked)
        told = answer.getvalue()
        assert answer.status_code == expect, told.decode()
        return json.loads(told) if told else None


@pytest.fixture
def api(site, token):
    with time_machine.travel(TUESDAY, tick=False):
        yield Api(site, token("admin"))


def amounts(entry):
    return entry["amount"], entry["currency"]


def test_a_permit_is_sold_checked_and_a_stranger_cited_paid_appealed_and_reported(api):
    # A member of staff registers and is told the price, with its reasons, before buying.
    ana = api.post("/customers", {"email": "ana@x.example", "name": "Ana", "audiences": ["STAFF"]})
    wish = {"permit_type": "STAFF-YEAR", "customer": ana["id"], "vehicles": ["abc-123"]}
    quote = api.post("/quotes", wish, expect=200)
    # 10 of 12 months are left of 360.00: 300.00, and 8 % tax.
    assert amounts(quote["total"]) == ("324.00", "USD")
    assert amounts(quote["tax"]) == ("24.00", "USD")
    assert quote["because"]

    # The place is held, once however often the request is sent, and does not count as a right yet.
    held = api.post("/permits", wish, key="buy-1")
    assert held["status"] == "held"
    assert api.post("/permits", wish, key="buy-1") == held
    check = {"plate": "ABC 123", "zone": "LOT-A"}
    assert api.post("/plate-checks", check, expect=200)["verdict"] == "unauthorized"

    # Cash at the counter makes it active, with the change told.
    paid = api.post(
        "/payments",
        {"charges": [held["charge"]["id"]], "method": "cash", "amount": "330.00"},
    )
    assert paid["status"] == "succeeded"
    assert paid["change_due"]["amount"] == "6.00"
    assert api.get(f"/permits/{held['number']}")["status"] == "active"
    seen = api.post("/plate-checks", check, expect=200)
    assert seen["verdict"] == "authorized"
    assert seen["rights"][0]["number"] == held["number"]
    assert any("LOT-A" in reason for reason in seen["because"])

    # A stranger's plate is not authorized; a look-alike is named, never decided upon.
    stranger = api.post("/plate-checks", {"plate": "A8C123", "zone": "LOT-A"}, expect=200)
    assert stranger["verdict"] == "unauthorized"
    assert [near["plate"] for near in stranger["near_misses"]] == ["ABC-123"]
    assert stranger["violations"][0]["code"] == "NO-PERMIT"

    # The citation is written once, whatever the signal does.
    ticket = {
        "client_id": str(uuid4()),
        "plate": "ZZZ 999",
        "zone": "LOT-A",
        "violation": "NO-PERMIT",
        "at": "2026-11-10T10:15:00-05:00",
    }
    cited = api.post("/citations", ticket)
    assert api.post("/citations", ticket, expect=200)["number"] == cited["number"]
    owed = {
        "2026-11-17T23:59:59-05:00": "20.00",  # half within 7 days
        "2026-11-18T00:00:00-05:00": "40.00",
        "2026-11-25T00:00:00-05:00": "55.00",  # and 15.00 after 14 days
        "2026-12-09T00:00:00-05:00": "110.00",  # twice after 28 days
    }
    for instant, amount in owed.items():
        later = api.get(f"/citations/{cited['number']}?as_of={instant}")
        assert later["owed"]["amount"] == amount, instant
    assert api.get(f"/citations/{cited['number']}?as_of=2027-01-10T00:00:00-05:00")["status"] == (
        "collections"
    )

    # It is appealed, reduced, and the rest is paid.
    appeal = api.post(
        f"/citations/{cited['number']}/appeals",
        {
            "grounds": "other",
            "text": "It was my first week.",
            "name": "Zoe",
            "email": "z@x.example",
        },
    )
    assert api.get(f"/citations/{cited['number']}")["status"] == "on_appeal"
    api.post(
        f"/appeals/{appeal['id']}/decision",
        {"outcome": "reduced", "amount": "12.00", "reason_code": "hardship", "text": "Reduced."},
        expect=200,
    )
    charge = api.get("/charges?plate=ZZZ999&open=true")["items"]
    assert len(charge) == 1
    api.post("/payments", {"charges": [charge[0]["id"]], "method": "cheque"})
    assert api.get(f"/citations/{cited['number']}")["status"] == "paid"

    # The ledger balances, the dashboard counts, the report agrees.
    trial = api.get("/trial-balance")
    assert trial["total_debit"] == trial["total_credit"]
    # Its program gives what both were charged once more, and says so where somebody changed it.
    proven = proof.prove(TUESDAY)
    assert (proven.found, proven.charges, dict(proven.set_aside)) == ([], 2, {})
    Charge.objects.update(raised_net_minor=F("raised_net_minor") + 1)
    told = {(one.check, one.kind, one.kept, one.again) for one in proof.prove(TUESDAY).found}
    assert told == {("program", "permit", 32_401, 32_400), ("program", "citation", 4_001, 4_000)}
    counts = api.get("/counts")
    assert counts["permits_active"] == 1
    assert counts["citations_today"] == 1
    run = api.post(
        "/report-runs",
        {"report": "citations", "parameters": {"by": "violation"}, "format": "json"},
        expect=202,
    )
    job = Job.objects.get(pk=ReportRun.objects.get(reference=run["id"]).job_id)

    jobs.work(job.pk)
    assert api.get(f"/report-runs/{run['id']}")["status"] == "done"
    told = api.get(f"/report-runs/{run['id']}/file")
    assert [(row["violation"], row["issued"]) for row in told["rows"]] == [("NO-PERMIT", 1)]
    assert told["totals"]["fines"] == "40.00"


def test_everything_that_happened_is_on_the_customers_time_line(api):
    ben = api.post("/customers", {"email": "ben@x.example", "name": "Ben"})
    permit = api.post(
        "/permits", {"permit_type": "MONTH", "customer": ben["id"], "vehicles": ["BEN 1"]}
    )
    api.post("/payments", {"charges": [permit["charge"]["id"]], "method": "cash"})
    cited = api.post(
        "/citations",
        {
            "client_id": str(uuid4()),
            "plate": "BEN-1",
            "zone": "QUICK",
            "violation": "FIRE-LANE",
            "at": "2026-11-10T10:00:00-05:00",
        },
    )
    line = api.get(f"/customers/{ben['id']}/timeline")["items"]
    told = json.dumps(line)
    assert permit["number"] in told
    assert cited["number"] in told
    assert [moment["at"] for moment in line] == sorted(
        (moment["at"] for moment in line), reverse=True
    )
