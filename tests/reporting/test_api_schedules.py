"""Schedules of programs: for the whole office, in the name of somebody, never beyond their rights."""

import uuid
from datetime import datetime

import pytest
from django_tenants.utils import tenant_context

from parkops.accounts import operations as accounts
from parkops.audit.models import AuditEvent
from parkops.kernel.actors import SYSTEM, Actor
from reporting.models import SavedFilter, Schedule
from reporting.operations import filters
from reporting.questions import operations
from tests.seed import BEGAN

PATH = "/api/v1/report-schedules"
ASKED = {
    "report": "citations",
    "parameters": {"period": "last-month", "by": "violation"},
    "name": "For the council",
    "owner": "amos@harbor.example",
    "every": "week",
    "weekday": "friday",
    "time": "07:30",
    "formats": ["csv", "pdf"],
    "recipients": ["clara@harbor.example"],
    "only_if_not_empty": True,
}


@pytest.fixture
def call(site, token, amos, clara):
    """Call the API: `call("post", PATH, {...}, "reports:write")`."""

    def do(method, path=PATH, body=None, *scopes, **more):
        headers = token(*(scopes or ("reports:write", "reports:read"))) | more
        extra = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(site, method)(path, headers=headers, **extra)

    return do


def theirs(tenant) -> dict[str, str]:
    """Return the headers of a program of `tenant` that may do all."""
    with tenant_context(tenant):
        secret = accounts.create_token(name="t", scopes=["admin"], by=SYSTEM, at=BEGAN)[1]
    return {"authorization": f"Bearer {secret}"}


class TestMaking:
    def test_one_is_made_read_paused_resumed_and_removed(self, call):
        made = call("post", PATH, ASKED)
        assert made.status_code == 201, made.content
        told = made.json()
        assert (told["when"], told["time"]) == ("Every Friday at 07:30", "07:30")
        assert (told["owner"], told["recipients"]) == (ASKED["owner"], ASKED["recipients"])
        kept = SavedFilter.objects.get()
        assert (kept.is_shared, kept.parameters, kept.format) == (True, ASKED["parameters"], "csv")
        place = f"{PATH}/{told['id']}"
        assert call("get", place).json()["history"] == []
        for _ in range(2):
            assert call("post", f"{place}/pause").json()["next_due_at"] is None
        assert call("post", f"{place}/resumption").json()["paused_at"] is None
        assert [row["id"] for row in call("get").json()["items"]] == [told["id"]]
        assert call("delete", place).status_code == 204
        assert call("delete", place).status_code == 404
        acts = AuditEvent.objects.filter(event__startswith="report.")
        assert {one.actor_kind for one in acts} == {"token"}

    def test_the_same_again_is_the_one_that_there_is(self, call):
        first, again = call("post", PATH, ASKED), call("post", PATH, ASKED)
        assert (first.status_code, again.status_code) == (201, 200)
        assert first.json()["id"] == again.json()["id"]
        assert SavedFilter.objects.count() == Schedule.objects.count() == 1

    def test_the_same_key_repeats_its_answer(self, site, token, amos, clara):
        headers = token("reports:write", "reports:read") | {"idempotency-key": "k1"}
        sent = {"data": ASKED, "content_type": "application/json", "headers": headers}
        first, again = site.post(PATH, **sent), site.post(PATH, **sent)
        assert (first.status_code, first.content) == (again.status_code, again.content)
        other = {**sent, "data": {**ASKED, "day": 3}}
        assert site.post(PATH, **other).json()["code"] == "idempotency_mismatch"

    def test_a_shared_filter_is_run_and_one_of_ones_own_is_not_there(self, call, amos, now):
        told = {"file_format": "csv", "owner": amos, "at": now}
        shared = filters.save_filter("revenue", {}, name="Ours", is_shared=True, **told)
        own = filters.save_filter("revenue", {}, name="Mine", is_shared=False, **told)
        listed = call("get", "/api/v1/report-filters").json()["items"]
        assert [row["id"] for row in listed] == [str(shared.reference)]
        plan = {key: ASKED[key] for key in ("every", "time", "recipients")}
        made = call("post", PATH, {**plan, "filter": str(shared.reference)})
        assert made.status_code == 201
        assert made.json()["name"] == "Ours"
        for missing in (own.reference, uuid.uuid4()):
            assert call("post", PATH, {**plan, "filter": str(missing)}).status_code == 404

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"report": "horoscope"}, "report"),
            ({"report": ""}, "filter"),
            ({"filter": str(uuid.UUID(int=1))}, "filter"),
            ({"parameters": {"by": "moon"}}, "parameters.by"),
            ({"name": ""}, "name"),
            ({"owner": "nobody@harbor.example"}, "owner"),
            ({"owner": "otto@harbor.example"}, "owner"),
            ({"recipients": ["clara@harbor.example", "x@y.example"]}, "recipients.1"),
            ({"recipients": []}, "recipients"),
            ({"formats": ["docx"]}, "formats.0"),
            ({"time": "25:00"}, "time"),
            ({"day": 32}, "day"),
            ({"weekday": "moonday"}, "weekday"),
            ({"color": "red"}, "color"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_is_kept(self, call, otto, wrong, field):
        answer = call("post", PATH, ASKED | wrong)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert not SavedFilter.objects.exists()

    def test_a_filter_that_somebody_has_is_not_written_over(self, call, amos, now):
        filters.save_filter(
            "citations",
            {},
            name=ASKED["name"],
            file_format="csv",
            is_shared=False,
            owner=amos,
            at=now,
        )
        answer = call("post", PATH, ASKED)
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
        assert SavedFilter.objects.get().parameters == {}


class TestChanging:
    @pytest.fixture
    def place(self, call):
        return f"{PATH}/{call('post', PATH, ASKED).json()['id']}"

    def test_what_is_given_is_changed_and_the_rest_stays(self, call, place):
        was = call("get", place).json()
        told = call("patch", place, {"time": "18:00", "formats": ["xlsx"]}).json()
        changed = {"time", "formats", "when", "next_due_at"}
        assert {key for key in told if told[key] != was[key]} == changed
        assert (told["when"], told["formats"]) == ("Every Friday at 18:00", ["xlsx"])
        assert f"{datetime.fromisoformat(told['next_due_at']):%A %H:%M}" == "Friday 18:00"
        told = call("patch", place, {"every": "month", "day": 31, "only_if_not_empty": False})
        assert told.json()["when"] == "On the last day of each month at 18:00"
        assert told.json()["only_if_not_empty"] is False
        told = call("patch", place, {"recipients": ["Amos@harbor.example"]}).json()
        assert told["recipients"] == ["amos@harbor.example"]
        assert call("get", place).json() == told

    def test_the_audit_names_the_token_and_the_same_again_is_no_act(self, call, place):
        acts = AuditEvent.objects.filter(event="report.schedule_changed")
        for _ in range(2):
            assert call("patch", place, {"weekday": "monday"}).status_code == 200
            assert call("patch", place, {}).status_code == 200
        assert [one.actor_kind for one in acts] == ["token"]
        assert acts.get().data["when"] == "Every Monday at 07:30"

    def test_one_that_is_paused_stays_so(self, call, place):
        call("post", f"{place}/pause")
        told = call("patch", place, {"time": "18:00"}).json()
        assert (told["time"], told["next_due_at"]) == ("18:00", None)
        assert told["paused_at"]

    def test_who_left_does_not_stand_in_the_way(self, call, place, clara):
        clara.is_active = False
        clara.save()
        assert call("patch", place, {"time": "18:00"}).status_code == 200
        answer = call("patch", place, {"recipients": [clara.email]})
        assert [error["field"] for error in answer.json()["errors"]] == ["recipients.0"]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"recipients": ["amos@harbor.example", "x@y.example"]}, "recipients.1"),
            ({"recipients": []}, "recipients"),
            ({"formats": []}, "formats"),
            ({"formats": ["docx"]}, "formats.0"),
            ({"time": "7:30"}, "time"),
            ({"day": 0}, "day"),
            ({"every": "year"}, "every"),
            ({"report": "revenue"}, "report"),
            ({"owner": "clara@harbor.example"}, "owner"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_is_changed(self, call, place, wrong, field):
        was = call("get", place).json()
        answer = call("patch", place, {"every": "day"} | wrong)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert call("get", place).json() == was

    def test_it_needs_the_scope_to_write(self, call, place):
        assert call("patch", place, {"time": "18:00"}, "reports:read").status_code == 403
        assert Schedule.objects.get().minute == 450

    def test_one_that_is_not_shared_is_not_there(self, call, place):
        SavedFilter.objects.update(is_shared=False)
        assert call("patch", place, {"time": "18:00"}).status_code == 404
        assert call("patch", f"{PATH}/{uuid.uuid4()}", {}).status_code == 404


class TestQuestions:
    DOCUMENT = {"view": "citations", "groups": [{"column": "zone"}], "measures": [{"how": "count"}]}
    PLAN = {key: ASKED[key] for key in ("every", "weekday", "time", "recipients")}
    SCOPES = ("reports:write", "reports:read", "enforcement:read")

    @pytest.fixture
    def keep(self, harbor, amos, now):
        def do(document=None, *, is_shared=True, name="By zone"):
            by = Actor("staff", str(amos.pk), amos.name)
            return operations.keep_question(
                document or self.DOCUMENT,
                name=name,
                is_shared=is_shared,
                may=amos.may,
                by=by,
                at=now,
            )

        return do

    def test_a_shared_one_is_scheduled_changed_and_removed(self, call, keep, amos):
        asked = self.PLAN | {"question": str(keep().reference)}
        made, again = (
            call("post", PATH, asked, *self.SCOPES),
            call("post", PATH, asked, *self.SCOPES),
        )
        assert (made.status_code, again.status_code) == (201, 200)
        told = made.json()
        assert (told["name"], told["question"], told["filter"]) == (
            "By zone",
            asked["question"],
            None,
        )
        assert (told["report"], told["parameters"]) == ("question-citations", {})
        assert (told["owner"], told["held_back"]) == (amos.email, "")
        place = f"{PATH}/{told['id']}"
        changed = call("patch", place, {"time": "18:00"}, *self.SCOPES).json()
        assert changed["when"] == "Every Friday at 18:00"
        listed = call("get", PATH, None, *self.SCOPES).json()["items"]
        assert [row["id"] for row in listed] == [told["id"]]
        assert call("post", f"{place}/pause", None, *self.SCOPES).json()["paused_at"]
        assert call("post", f"{place}/resumption", None, *self.SCOPES).json()["next_due_at"]
        assert call("delete", place, None, *self.SCOPES).status_code == 204
        acts = AuditEvent.objects.filter(subject_kind="schedule")
        assert {(one.actor_kind, one.data["question"]) for one in acts} == {("token", "By zone")}

    def test_it_needs_the_scope_of_what_is_asked(self, call, keep):
        asked = self.PLAN | {"question": str(keep().reference)}
        assert call("post", PATH, asked).status_code == 403
        place = f"{PATH}/{call('post', PATH, asked, *self.SCOPES).json()['id']}"
        assert call("get", place).status_code == 403
        assert call("patch", place, {"time": "18:00"}).status_code == 403
        assert call("get").json()["items"] == []

    def test_one_of_ones_own_is_not_there(self, call, keep):
        for reference in (keep(is_shared=False).reference, uuid.uuid4()):
            asked = self.PLAN | {"question": str(reference)}
            assert call("post", PATH, asked, *self.SCOPES).status_code == 404

    def test_what_cannot_be_run_is_not_scheduled_and_one_that_was_says_why(self, call, keep, amos):
        asked = self.PLAN | {"question": str(keep().reference)}
        place = f"{PATH}/{call('post', PATH, asked, *self.SCOPES).json()['id']}"
        amos.roles = ["auditor"]
        amos.save()
        assert "may no longer run" in call("get", place, None, *self.SCOPES).json()["held_back"]
        asked["question"] = str(keep(name="Another").reference)
        answer = call("post", PATH, asked, *self.SCOPES)
        assert [error["field"] for error in answer.json()["errors"]] == ["question"]

    @pytest.mark.parametrize("more", [{"report": "citations"}, {"filter": str(uuid.UUID(int=1))}])
    def test_one_thing_is_run(self, call, keep, more):
        asked = self.PLAN | {"question": str(keep().reference)} | more
        answer = call("post", PATH, asked, *self.SCOPES)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["filter"]

    def test_another_tenants_is_not_there(self, call, keep, other_site, hillside):
        asked = self.PLAN | {"question": str(keep().reference)}
        place = f"{PATH}/{call('post', PATH, asked, *self.SCOPES).json()['id']}"
        headers = theirs(hillside)
        sent = {"headers": headers, "content_type": "application/json"}
        assert other_site.get(place, headers=headers).status_code == 404
        assert other_site.patch(place, data={"time": "18:00"}, **sent).status_code == 404
        assert other_site.post(PATH, data=asked, **sent).status_code == 404


class TestRights:
    def test_writing_needs_its_scope_and_that_of_what_is_in_the_report(self, call, alice):
        assert call("post", PATH, ASKED, "reports:read").status_code == 403
        told = {
            **ASKED,
            "report": "permit-holders",
            "parameters": {},
            "owner": alice.email,
            "recipients": [alice.email],
        }
        assert call("post", PATH, told, "reports:write").status_code == 403
        made = call("post", PATH, told, "reports:write", "customers:read", "permits:read")
        assert made.status_code == 201, made.content
        place = f"{PATH}/{made.json()['id']}"
        assert call("get", place, None, "reports:read").status_code == 403
        assert call("delete", place, None, "reports:write").status_code == 403
        assert call("patch", place, {"day": 3}, "reports:write").status_code == 403

    def test_nobodys_name_gives_more_than_their_role(self, call, clara):
        told = {**ASKED, "report": "audit-log", "parameters": {}, "owner": clara.email}
        answer = call("post", PATH, told, "admin")
        assert [error["field"] for error in answer.json()["errors"]] == ["owner"]

    def test_another_tenants_is_not_there(self, call, other_site, hillside):
        place = f"{PATH}/{call('post', PATH, ASKED).json()['id']}"
        headers = theirs(hillside)
        assert other_site.get(place, headers=headers).status_code == 404
        assert other_site.post(f"{place}/pause", headers=headers).status_code == 404
        assert other_site.delete(place, headers=headers).status_code == 404
        moved = {"data": {"time": "18:00"}, "content_type": "application/json"}
        assert other_site.patch(place, headers=headers, **moved).status_code == 404
        assert other_site.get(PATH, headers=headers).json()["items"] == []
        assert (Schedule.objects.get().paused_at, Schedule.objects.get().minute) == (None, 450)
