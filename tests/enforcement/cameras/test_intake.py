"""Messages at a camera's address: who may send, what is kept, what is checked, what waits."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage

from enforcement.cameras import operations
from enforcement.cameras.models import Camera, PlateRead
from enforcement.cameras.vendors import VENDORS
from enforcement.models import PlateCheck
from parkops.kernel.actors import SYSTEM
from parkops.programme import load, queries
from permits.models import PlateRight
from tests.enforcement.cameras import payloads
from tests.enforcement.cameras.conftest import NOW

pytestmark = pytest.mark.usefixtures("at_work")


def permit(plate: str, site, token) -> str:
    """Sell a month's permit for a plate; it is paid."""
    header = token("admin")
    call = {"content_type": "application/json", "headers": header}
    made = site.post(
        "/api/v1/customers", {"email": f"{plate}@c.test", "name": "Cam", "phone": ""}, **call
    ).json()
    wish = {"customer": made["id"], "vehicles": [plate], "permit_type": "MONTH"}
    sold = site.post("/api/v1/permits", wish, **call).json()
    paid = {"charges": [sold["charge"]["id"]], "method": "cash"}
    assert site.post("/api/v1/payments", paid, **call).status_code == 201
    assert PlateRight.objects.filter(plate_key=plate).exists()
    return sold["number"]


class TestTakingIn:
    @pytest.mark.parametrize("vendor", sorted(VENDORS))
    def test_a_sure_read_is_checked_by_itself(self, camera, send, vendor):
        made, key = camera(vendor)
        answer = send(vendor, key, payloads.OURS[vendor])
        assert answer.status_code == 200, answer.content
        told = {"reads": 1, "checked": 1, "waiting": 0, "repeated": 0, "note": ""}
        assert answer.json() == told
        read = PlateRead.objects.get()
        check = PlateCheck.objects.get()
        assert (read.state, read.check_record, read.settled_text) == ("checked", check, "ABC123")
        assert (check.source, check.actor_kind, check.actor_name) == ("camera", "camera", made.name)
        assert (check.zone_code, check.verdict, check.at) == ("LOT-A", "unauthorized", NOW)
        assert read.is_hit
        assert read.taken_at == NOW
        made.refresh_from_db()
        assert made.heard_at == NOW

    def test_the_same_message_again_is_once(self, camera, send):
        _, key = camera("genetec")
        send("genetec", key, payloads.GENETEC)
        answer = send("genetec", key, payloads.GENETEC)
        assert answer.json()["repeated"] == 1
        assert PlateRead.objects.count() == PlateCheck.objects.count() == 1

    def test_the_vendors_own_id_makes_it_once(self, camera, send):
        _, key = camera()
        send("rekor", key, payloads.rekor())
        again = send("rekor", key, payloads.rekor(best_confidence=97.0))
        assert again.json()["repeated"] == 1
        assert PlateRead.objects.count() == 1

    def test_two_cameras_may_use_the_same_id(self, camera, send):
        for _ in range(2):
            assert send("rekor", camera()[1], payloads.rekor()).json()["checked"] == 1

    def test_an_unsure_read_waits_and_nothing_is_checked(self, camera, send):
        _, key = camera()
        assert send("rekor", key, payloads.rekor(sure=89.9)).json()["waiting"] == 1
        read = PlateRead.objects.get()
        assert read.because == ["The camera is 89 % sure; below 90 % a person looks."]
        assert not PlateCheck.objects.exists()

    def test_a_read_that_looks_like_a_permit_waits(self, camera, send, site, token):
        permit("A8C123", site, token)
        _, key = camera()
        assert send("rekor", key, payloads.rekor("ABC123")).json()["waiting"] == 1
        assert "A8C123 has a right here" in PlateRead.objects.get().because[0]
        assert send("rekor", key, payloads.rekor("A8C123")).json()["checked"] == 1
        assert PlateCheck.objects.get().verdict == "authorized"
        assert not PlateRead.objects.get(plate_text="A8C123").is_hit

    def test_a_read_from_before_the_program_waits_with_the_reason(self, camera, send):
        _, key = camera()
        Camera.objects.update(zone_code="GONE")
        assert send("rekor", key, payloads.rekor()).json()["waiting"] == 1
        assert "The program has no zone GONE." in PlateRead.objects.get().because[0]

    def test_a_clock_by_the_wall_is_read_in_the_tenants_zone(self, camera, send):
        _, key = camera("tattile")
        send("tattile", key, payloads.TATTILE)
        assert PlateRead.objects.get().taken_at == datetime(2026, 11, 10, 15, 15, tzinfo=UTC)

    def test_pictures_are_kept_and_shown_without_metadata(self, camera, send):
        _, key = camera("platerecognizer")
        sent = {"upload": payloads.picture()}
        assert send("platerecognizer", key, payloads.PLATE_RECOGNIZER, files=sent).json()["checked"]
        read = PlateRead.objects.get()
        assert (read.width, read.height) == (8, 6)
        with default_storage.open(read.original) as file:
            assert file.read() == sent["upload"]

    def test_a_broken_picture_does_not_lose_the_plate(self, camera, send):
        _, key = camera("platerecognizer")
        sent = {"upload": b"\xff\xd8\xff broken"}
        assert send("platerecognizer", key, payloads.PLATE_RECOGNIZER, files=sent).json()["checked"]
        assert PlateRead.objects.get().shown == ""

    def test_a_heartbeat_keeps_the_camera_alive(self, camera, send):
        made, key = camera()
        answer = send("rekor", key, {"data_type": "heartbeat"}).json()
        assert (answer["reads"], answer["note"]) == (0, "A heartbeat: the agent is alive.")
        made.refresh_from_db()
        assert made.heard_at == NOW

    def test_what_cannot_be_read_is_refused_and_nothing_kept(self, camera, send):
        _, key = camera()
        answer = send("rekor", key, "not json")
        assert (answer.status_code, answer.json()["code"]) == (422, "unreadable")
        assert not PlateRead.objects.exists()


class TestWhoMaySend:
    @pytest.mark.parametrize(
        "header",
        [
            "Bearer {key}",
            "Token {key}",
            "{key}",
            "Basic {basic}",
        ],
    )
    def test_the_key_may_come_in_a_header(self, camera, send, header):
        _, key = camera()
        basic = base64.b64encode(f"camera:{key}".encode()).decode()
        sent = {"authorization": header.format(key=key, basic=basic)}
        assert send("rekor", "", payloads.rekor(), headers=sent).status_code == 200

    @pytest.mark.parametrize("key", ["", "cam_nobody", "x" * 300])
    def test_without_a_key_nothing_is_taken(self, camera, send, key):
        camera()
        answer = send("rekor", key, payloads.rekor(), headers={"authorization": "Basic !!!"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unknown_key")
        assert not PlateRead.objects.exists()

    def test_a_key_holds_in_its_own_tenant_only(self, camera, other_site):
        _, key = camera()
        sent = payloads.body(payloads.rekor())
        path = f"/api/v1/lpr/rekor?key={key}"
        answer = other_site.post(path, sent, content_type="application/json")
        assert answer.status_code == 401

    def test_a_new_key_ends_the_one_before(self, camera, send):
        made, key = camera()
        new = operations.rotate_key(made.reference, by=SYSTEM, at=NOW).key
        assert send("rekor", key, payloads.rekor()).status_code == 401
        assert send("rekor", new, payloads.rekor()).status_code == 200

    def test_a_camera_that_is_off_is_told_so(self, camera, send):
        made, key = camera()
        operations.switch_off(made.reference, by=SYSTEM, at=NOW)
        operations.switch_off(made.reference, by=SYSTEM, at=NOW)
        answer = send("rekor", key, payloads.rekor())
        assert (answer.status_code, answer.json()["code"]) == (409, "camera_off")
        operations.switch_on(made.reference, by=SYSTEM, at=NOW)
        assert send("rekor", key, payloads.rekor()).status_code == 200

    def test_another_vendors_address_says_which_is_right(self, camera, send):
        _, key = camera("axis")
        answer = send("rekor", key, payloads.rekor())
        assert answer.status_code == 409
        assert "/lpr/axis" in answer.json()["detail"]
        assert send("nobody", key, {}).status_code == 404

    def test_the_key_is_kept_as_a_hash(self, camera):
        made, key = camera()
        assert key not in str(Camera.objects.values().get(pk=made.pk))


def test_the_program_says_how_sure_and_how_long(camera, send, apply_programme):
    said = load.to_yaml(queries.document(1) | {"plate_reads": {"sure": "60%", "keep": "7d"}})
    apply_programme(said)
    _, key = camera()
    assert send("rekor", key, payloads.rekor("ABC123", 61.0)).json()["checked"] == 1
    assert send("rekor", key, payloads.rekor("XYZ999", 59.0)).json()["waiting"] == 1
    assert "below 60 %" in PlateRead.objects.get(state="waiting").because[0]
    assert operations.erase_reads(at=NOW + timedelta(days=7)).erased == 0
    assert operations.erase_reads(at=NOW + timedelta(days=7, seconds=1)).erased == 1
