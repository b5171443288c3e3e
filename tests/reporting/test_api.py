"""Live figures and reports over HTTP."""

import uuid

import pytest
from django_tenants.utils import tenant_context

from parkops.jobs import operations as jobs
from reporting.catalogue import REPORTS
from reporting.models import ReportRun
from reporting.operations import reports
from reporting.queries import live
from tests.reporting.conftest import read_csv

RUNS = "/api/v1/report-runs"


@pytest.fixture
def api(site, token):
    """Call the API with a token that reads reports: `api.get("/api/v1/counts")`."""
    headers = token("reports:read")

    class Api:
        def get(self, path, **more):
            return site.get(path, headers=headers | more)

        def post(self, path, body, **more):
            return site.post(path, body, content_type="application/json", headers=headers | more)

        def delete(self, path):
            return site.delete(path, headers=headers)

    return Api()


def ask(api, **body):
    return api.post(RUNS, {"report": "citations", "parameters": {}, "format": "csv"} | body)


def work(reference: str) -> None:
    jobs.work(ReportRun.objects.get(reference=reference).job_id)


class TestCounts:
    def test_gives_the_figures(self, api):
        told = api.get("/api/v1/counts").json()
        assert told["permits_active"] == 0
        assert told["revenue_today"] == {"amount": "0.00", "currency": "USD"}
        assert {row["zone"] for row in told["occupancy"]} == {"LOT-A", "LOT-B"}

    def test_says_304_while_nothing_changed(self, api, django_assert_num_queries):
        first = api.get("/api/v1/counts")
        tag = first["ETag"]
        for given in (tag, f"W/{tag}", f'"other", {tag}'):
            again = api.get("/api/v1/counts", **{"if-none-match": given})
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert api.get("/api/v1/counts", **{"if-none-match": '"other"'}).status_code == 200

    def test_the_tag_changes_with_the_figures(self, api, hold, person, monkeypatch):
        monkeypatch.setattr(live.SHARED, "seconds", 0)
        before = api.get("/api/v1/counts")["ETag"]
        from django.utils import timezone

        hold(person(), "MONTH", "ABC 1", at=timezone.now())
        after = api.get("/api/v1/counts")
        assert after["ETag"] != before
        assert after.json()["permits_held"] == 1

    def test_needs_the_scope(self, site, token):
        assert site.get("/api/v1/counts").status_code == 401
        assert site.get("/api/v1/counts", headers=token("permits:read")).status_code == 403


# What is left, owed or known is as of a day or as of now; all other reports are of a time.
AS_OF = {
    code: {"to"}
    for code in (
        "prepaid-permits",
        "citation-ageing",
        "permit-status",
        "permit-holders",
        "deposits-held",
        "overdue-citations",
        "awaiting-payment",
        "receivables",
        "gift-certificates",
        "customer-balances",
    )
} | {
    code: set()
    for code in (
        "permit-places",
        "waitlist-people",
        "hangtags",
        "vehicles",
        "access",
        "occupancy-now",
    )
}


def test_the_catalogue(api):
    told = api.get("/api/v1/reports").json()
    assert [item["code"] for item in told["items"]] == [*REPORTS]
    assert told["next"] is None
    for item in told["items"]:
        assert item["formats"] == ["pdf", "xlsx", "csv", "json"]
        asked = {parameter["key"] for parameter in item["parameters"]} & {"from", "to"}
        wanted = AS_OF.get(item["code"], {"from", "to"})
        assert asked == wanted, item["code"]


class TestRuns:
    def test_are_queued_made_and_fetched(self, api):
        answer = ask(api)
        assert answer.status_code == 202
        told = answer.json()
        assert (told["status"], told["progress"], told["file"]) == ("queued", 0, None)
        early = api.get(f"{RUNS}/{told['id']}/file")
        assert (early.status_code, early.json()["code"]) == (409, "report_not_done")
        work(told["id"])
        done = api.get(f"{RUNS}/{told['id']}").json()
        assert (done["status"], done["progress"], done["rows"]) == ("done", 1, 0)
        file = api.get(done["file"])
        assert file["Content-Type"].startswith("text/csv")
        assert "attachment" in file["Content-Disposition"]
        assert read_csv(file.getvalue())[-1][0] == "Total"

    @pytest.mark.parametrize("kind", ["pdf", "xlsx", "json"])
    def test_come_in_every_format(self, api, kind):
        told = ask(api, format=kind).json()
        work(told["id"])
        file = api.get(f"{RUNS}/{told['id']}/file")
        start = {"pdf": b"%PDF", "xlsx": b"PK", "json": b"{"}[kind]
        assert file.getvalue().startswith(start)

    def test_cancelled_stay_cancelled(self, api):
        told = ask(api).json()
        for _ in range(2):
            assert api.delete(f"{RUNS}/{told['id']}").json()["status"] == "cancelled"
        work(told["id"])
        assert api.get(f"{RUNS}/{told['id']}").json()["status"] == "cancelled"
        assert api.get(f"{RUNS}/{told['id']}/file").status_code == 409

    def test_a_done_one_is_not_cancelled(self, api):
        told = ask(api).json()
        work(told["id"])
        assert api.delete(f"{RUNS}/{told['id']}").json()["status"] == "done"

    def test_a_lost_workers_report_is_made_by_the_next(self, api):
        from datetime import timedelta

        from django.utils import timezone

        from parkops.jobs.models import Job

        told = ask(api).json()
        run = ReportRun.objects.get(reference=told["id"])
        Job.objects.filter(pk=run.job_id).update(
            state="running",
            attempts=1,
            lease_until=timezone.now() - timedelta(seconds=1),
            progress_share=0.7,
        )
        work(told["id"])
        work(told["id"])
        assert api.get(f"{RUNS}/{told['id']}").json()["status"] == "done"
        assert ReportRun.objects.exclude(file_name="").count() == 1

    @pytest.mark.parametrize(("form", "what"), [("pdf", "a PDF"), ("xlsx", "a sheet")])
    def test_a_failed_one_says_why(self, api, monkeypatch, form, what):
        monkeypatch.setattr(reports, f"LONGEST_{form.upper()}_ROWS", -1)
        told = ask(api, format=form).json()
        work(told["id"])
        failed = api.get(f"{RUNS}/{told['id']}").json()
        assert failed["status"] == "failed"
        assert f"too many for {what}" in failed["error"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"report": "horoscope"}, "report"),
            ({"format": "docx"}, "format"),
            ({"parameters": {"from": "yesterday"}}, "parameters.from"),
            ({"parameters": {"from": "2026-02-30"}}, "parameters.from"),
            ({"parameters": {"to": "9999-12-31"}}, "parameters.to"),
            ({"parameters": {"from": "2026-03-01", "to": "2026-02-01"}}, "parameters.to"),
            ({"parameters": {"source": "elsewhere"}}, "parameters.source"),
            ({"parameters": {"color": "red"}}, "parameters.color"),
        ],
    )
    def test_a_wrong_parameter_is_named(self, api, body, field):
        answer = ask(api, **body)
        assert answer.status_code == 422
        assert answer["Content-Type"].startswith("application/problem+json")
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert not ReportRun.objects.exists()

    def test_the_same_key_asks_once(self, api):
        first = ask_with_key(api, "k1")
        again = ask_with_key(api, "k1")
        assert first.json()["id"] == again.json()["id"]
        assert ReportRun.objects.count() == 1

    def test_an_unknown_one_is_not_there(self, api):
        for path in (f"{RUNS}/{uuid.uuid4()}", f"{RUNS}/{uuid.uuid4()}/file"):
            assert api.get(path).status_code == 404
        assert api.delete(f"{RUNS}/{uuid.uuid4()}").status_code == 404

    def test_another_tenants_is_not_there(self, api, other_site, hillside):
        from parkops.accounts import operations as accounts
        from parkops.kernel.actors import SYSTEM
        from tests.seed import BEGAN

        told = ask(api).json()
        with tenant_context(hillside):
            secret = accounts.create_token(name="t", scopes=["admin"], by=SYSTEM, at=BEGAN)[1]
        headers = {"authorization": f"Bearer {secret}"}
        for path in (f"{RUNS}/{told['id']}", f"{RUNS}/{told['id']}/file"):
            assert other_site.get(path, headers=headers).status_code == 404
        assert other_site.delete(f"{RUNS}/{told['id']}", headers=headers).status_code == 404
        assert api.get(f"{RUNS}/{told['id']}").json()["status"] == "queued"


def ask_with_key(api, key: str):
    body = {"report": "citations", "parameters": {}, "format": "csv"}
    return api.post(RUNS, body, **{"idempotency-key": key})


def test_what_somebody_else_asked_for_is_not_cancelled_with_a_scope_that_reads(api, site, token):
    from parkops.accounts.models import ApiToken

    api.get("/api/v1/reports")
    reference = ask(api).json()["id"]
    others = token("reports:read")
    ApiToken.objects.filter(pk=ApiToken.objects.order_by("-pk").first().pk).update(name="theirs")
    answer = site.delete(f"{RUNS}/{reference}", headers=others)
    assert (answer.status_code, "reports:write" in answer.json()["detail"]) == (403, True)
    assert api.delete(f"{RUNS}/{reference}").json()["status"] == "cancelled"
    again = ask(api).json()["id"]
    assert site.delete(f"{RUNS}/{again}", headers=token("reports:write")).status_code == 403
    both = token("reports:write", "reports:read")
    assert site.delete(f"{RUNS}/{again}", headers=both).status_code == 200


def test_what_is_in_a_report_needs_the_scope_of_it(site, token):
    only, both = token("reports:read"), token("reports:read", "customers:read")
    asked = {
        "data": {"report": "permit-holders", "format": "csv"},
        "content_type": "application/json",
    }
    assert site.post(RUNS, **asked, headers=only).status_code == 403
    found = site.post(RUNS, **asked, headers=both)
    assert found.status_code == 202
    place = f"{RUNS}/{found.json()['id']}"
    assert site.get(place, headers=both).status_code == 200
    for answer in (site.get(place, headers=only), site.get(f"{place}/file", headers=only)):
        assert answer.status_code == 403
    assert site.delete(place, headers=only).status_code == 403
