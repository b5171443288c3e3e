"""Scenarios B of the product's list, each named by its id: is this vehicle allowed here, now?

Zones answer for the zones within them, ends are excluded, and a place outside every zone is no
zone: so says the program's form, where the list's peers differ (B3, B6, B8, B9, B11). What is open
at its end (B7) is an exemption, and parking by disc (B10) a zone with a longest stay.
"""

import json
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError

from enforcement.models import PlateCheck
from enforcement.queries import field
from tests.enforcement.test_checks_with_rights import (  # noqa: F401
    API,
    NOW,
    _at_work,
    check,
    permit,
    post,
)
from tests.seed import PROGRAMMES


@pytest.fixture
def stay(post):  # noqa: F811
    """Pay for a stay on the meters that begins after so many minutes: `stay(60)`."""

    def buy(minutes: int, *, begins: int = 0, plate: str = "ABC 123", zone: str = "METER") -> dict:
        start = (NOW + timedelta(minutes=begins)).isoformat()
        sold = post("/sessions", {"plate": plate, "zone": zone, "minutes": minutes, "start": start})
        post("/payments", {"charges": [sold["charge"]["id"]], "method": "cash"})
        return sold

    return buy


def ends_of(answer: dict) -> list[str]:
    """Until when each right in an answer holds."""
    return [right["until"] for right in answer["rights"]]


@pytest.mark.parametrize(
    ("minute", "verdict"),
    [
        pytest.param(30, "authorized", id="B1"),
        pytest.param(60 * 24, "unauthorized", id="B2"),
        pytest.param(59.99, "authorized", id="B3-before-the-end"),
        pytest.param(60, "grace", id="B3-at-the-end"),
        pytest.param(64.99, "grace", id="B4-within-the-grace"),
        pytest.param(65, "unauthorized", id="B4-after-it"),
    ],
)
def test_a_paid_stay(stay, check, minute, verdict):  # noqa: F811
    stay(60)
    assert check("ABC123", "METER", minutes=minute)["verdict"] == verdict


def test_b1_says_until_when(stay, check):  # noqa: F811
    stay(60)
    assert ends_of(check("ABC123", "METER")) == ["2026-11-10T11:15:00-05:00"]


def test_b5_without_grace_there_is_none(stay, check, apply_programme):  # noqa: F811
    text = (PROGRAMMES / "harbor.yaml").read_text()
    apply_programme(text.replace("    max_stay: 3h\n    grace: 5m\n", "    max_stay: 3h\n"))
    stay(60)
    assert check("ABC123", "METER", minutes=60)["verdict"] == "unauthorized"


def test_b6_two_stays_that_meet_leave_no_gap(stay, check):  # noqa: F811
    stay(60)
    stay(60, begins=60)
    seen = [check("ABC123", "METER", minutes=m) for m in (59.99, 60)]
    assert [answer["verdict"] for answer in seen] == ["authorized", "authorized"]
    assert ends_of(seen[1]) == ["2026-11-10T12:15:00-05:00"]


@pytest.mark.parametrize("days", [0, 1, 400, 3_650])
def test_b7_what_has_no_end_holds_at_any_later_time(post, check, days):  # noqa: F811
    post("/hotlist", {"plate": "TOW 1", "kind": "exempt", "note": "tow truck"})
    at = (NOW + timedelta(days=days)).isoformat()
    assert check("TOW1", "LOT-B", at=at)["verdict"] == "authorized"
    before = (NOW - timedelta(days=1)).isoformat()
    assert check("TOW1", "LOT-B", at=before)["verdict"] == "unauthorized"


def test_b10_a_stay_without_payment_holds_until_the_zones_limit(post, check):  # noqa: F811
    post("/observations", {"plate": "DISC 1", "zone": "QUICK", "at": NOW.isoformat()})
    seen = [(m, check("DISC1", "QUICK", minutes=m)) for m in (0, 119, 120, 125)]
    assert [(m, answer["verdict"]) for m, answer in seen] == [
        (0, "authorized"),
        (119, "authorized"),
        (120, "grace"),
        (125, "overtime"),
    ]


def test_b10_a_stay_that_names_no_zone_is_told_what_is_missing(site, token):
    answer = site.post(
        f"{API}/sessions",
        {"plate": "DISC 1", "minutes": 60},
        headers=token("admin"),
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["zone"]


@pytest.mark.parametrize(
    ("granted", "zone", "verdict"),
    [
        pytest.param("MONTH", "LOT-B", "authorized", id="B8-from-the-outside-in"),
        pytest.param("RESIDENT", "CAMPUS", "not_enforced", id="B8-not-from-the-inside-out"),
        pytest.param("RESIDENT", "LOT-A", "unauthorized", id="B11-nor-beside"),
        pytest.param("STAFF-YEAR", "LOT-B", "authorized", id="B12-within-its-area"),
        pytest.param("STAFF-YEAR", "METER", "unauthorized", id="B12-outside-it"),
    ],
)
def test_a_right_reaches_into_zones(permit, check, granted, zone, verdict):  # noqa: F811
    permit(granted, "ABC-123")
    assert check("ABC123", zone)["verdict"] == verdict


def test_b9_a_place_outside_every_zone_is_named(site, token):
    answer = site.post(
        f"{API}/plate-checks",
        {"plate": "ABC123", "zone": "SEA"},
        headers=token("admin"),
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "zone")


def test_b13_a_permit_counts_from_its_start_to_its_end(permit, check):  # noqa: F811
    permit("MONTH", "ABC-123")
    ends = datetime.fromisoformat(ends_of(check("ABC123", "LOT-B"))[0])
    for moment, verdict in ((ends - timedelta(minutes=1), "authorized"), (ends, "grace")):
        assert check("ABC123", "LOT-B", at=moment.isoformat())["verdict"] == verdict
    before = (NOW - timedelta(days=40)).isoformat()
    assert check("ABC123", "LOT-B", at=before)["verdict"] == "unauthorized"


def test_b14_b15_both_rights_are_named_and_the_later_end_counts(
    stay,
    permit,  # noqa: F811
    check,  # noqa: F811
    apply_programme,
):
    text = (PROGRAMMES / "harbor.yaml").read_text()
    apply_programme(text.replace("zones: [CAMPUS], when", "zones: [CAMPUS, METER], when"))
    stay(60)
    permit("MONTH", "ABC-123")
    answer = check("ABC123", "METER")
    assert {right["kind"] for right in answer["rights"]} == {"session", "permit"}
    assert max(ends_of(answer)) == "2026-12-10T00:00:00-05:00"
    record = PlateCheck.objects.latest("pk")
    assert field.verdict_page(record, at=NOW).sub == "until 10 Dec 2026"


def test_b16_the_time_told_is_the_time_kept(check):  # noqa: F811
    answer = check("ABC123", at="2026-11-09T12:34:56.123456Z")
    assert answer["at"] == "2026-11-09T07:34:56.123456-05:00"
    kept = PlateCheck.objects.get()
    assert kept.at == datetime.fromisoformat(answer["at"])


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"at": "2026-11-10T10:15:00"}, id="B17-no-zone"),
        pytest.param({"at": "invalid-timestamp"}, id="B17-no-time"),
        pytest.param({"position": {"lat": 9999, "lon": 0}}, id="B18-latitude"),
        pytest.param({"position": {"lat": 0, "lon": "Infinity"}}, id="B18-infinity"),
        pytest.param({"plate": {}}, id="B19-a-map"),
        pytest.param({"plate": "A" * 21}, id="B19-too-long"),
    ],
)
def test_what_cannot_be_used_is_named_and_not_kept(site, token, wrong):
    answer = site.post(
        f"{API}/plate-checks",
        {"plate": "ABC123", "zone": "LOT-A"} | wrong,
        headers=token("admin"),
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].split(".")[0] in wrong
    assert not PlateCheck.objects.exists()


def test_b20_one_look_is_one_record_whatever_it_said(permit, check):  # noqa: F811
    permit("MONTH", "ABC-123")
    for plate in ("ABC123", "XYZ 9"):
        check(plate, "LOT-B")
    kept = PlateCheck.objects.order_by("pk")
    assert [(row.plate_text, row.answer["verdict"]) for row in kept] == [
        ("ABC123", "authorized"),
        ("XYZ 9", "unauthorized"),
    ]


def test_b22_an_exempt_vehicle_stands_anywhere(post, check):  # noqa: F811
    post("/hotlist", {"plate": "POLICE1", "kind": "exempt", "note": "police"})
    assert {check("Police 1", zone)["verdict"] for zone in ("LOT-A", "LOT-B")} == {"authorized"}


def test_b23_a_valid_permit_and_a_debt_are_both_told(permit, post, check):  # noqa: F811
    permit("MONTH", "ABC-123")
    for days in (6, 5, 4):
        body = {"client_id": f"00000000-0000-4000-8000-00000000000{days}", "plate": "ABC123"}
        at = (NOW - timedelta(days=days)).isoformat()
        post("/citations", body | {"zone": "LOT-B", "violation": "NO-PERMIT", "at": at})
    answer = check("ABC123", "LOT-B")
    assert (answer["verdict"], answer["unpaid"]["count"]) == ("authorized", 3)
    assert answer["alerts"][0]["text"].startswith("3 unpaid citations")


class TestThatCannotBeWritten:
    """B21: the officer has the answer all the same, and the record waits in the queue."""

    @pytest.fixture
    def queue(self, monkeypatch):
        """A database that takes no plate checks, and what was handed to the queue."""
        from enforcement.operations import checks

        handed: list[dict] = []

        def full(*_args, **_named):
            raise OperationalError("No space left on device")

        monkeypatch.setattr(checks, "_write", full)
        monkeypatch.setattr(checks.PlateCheck.objects, "bulk_create", full)
        monkeypatch.setattr(
            checks, "hand_over", lambda task, **named: handed.append({"task": task, **named})
        )
        return handed

    def test_b21_the_answer_is_given_and_the_record_kept_later_once(
        self,
        permit,  # noqa: F811
        check,  # noqa: F811
        queue,
        monkeypatch,
    ):
        from enforcement.operations import checks

        permit("MONTH", "ABC-123")
        assert check("ABC123", "LOT-B")["verdict"] == "authorized"
        assert not PlateCheck.objects.exists()
        (handed,) = queue
        assert handed["task"] == "enforcement.keep_checks"
        rows = json.loads(json.dumps(handed["rows"]))
        checks.keep_checks(rows)
        assert [one.get("seconds") for one in queue] == [None, checks.AGAIN_SECONDS]
        monkeypatch.undo()
        for _ in range(2):
            checks.keep_checks(rows)
        kept = PlateCheck.objects.get()
        assert (kept.plate_text, kept.verdict, kept.at) == ("ABC123", "authorized", NOW)
        assert kept.answer["rights"]

    def test_b21_on_the_officers_phone(self, site, bob, queue):
        site.login_as(bob)
        session = site.post("/field/zones/", {"zone": "LOT-B"})
        assert session.status_code in (200, 302)
        shown = site.post("/field/check/", {"plate": "ABC123", "region": ""})
        assert shown.status_code == 200
        assert "ABC123" in shown.content.decode()
        assert len(queue) == 1
