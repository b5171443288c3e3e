"""One program that sends for several cameras, and messages that are signed in place of a key."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError

from enforcement.cameras import operations, queries
from enforcement.cameras.models import Camera, PlateRead
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import NotFound, Refused
from parkops.messaging.texts.signatures import signed_headers
from tests.enforcement.cameras import payloads
from tests.enforcement.cameras.conftest import NOW

pytestmark = pytest.mark.usefixtures("at_work")


@pytest.fixture
def carried(camera):
    """A program with its own camera and two more, `gate-2` in LOT-B and `gate-3` in METER."""
    agent, key = camera("generic")

    def add(device: str, zone: str, **more) -> Camera:
        given = {"vendor": "generic", "through": agent.reference, "device": device} | more
        return camera(zone=zone, **given)[0]

    return agent, key, add("gate-2", "LOT-B"), add("gate-3", "METER")


def message(*cameras: str) -> dict:
    reads = [
        payloads.GENERIC | {"camera": name, "id": f"own-{n}", "plate": f"CAR {n}"}
        for n, name in enumerate(cameras)
    ]
    return {"reads": reads}


class TestAnAgent:
    def test_each_read_is_of_the_camera_that_it_names(self, carried, send):
        agent, key, second, third = carried
        sent = message("gate-2", "gate-3", "elsewhere")
        answer = send("generic", key, sent)
        assert answer.json()["checked"] == 3, answer.content
        found = {r.device: (r.camera_id, r.zone_code) for r in PlateRead.objects.all()}
        assert found == {
            "gate-2": (second.pk, "LOT-B"),
            "gate-3": (third.pk, "METER"),
            "elsewhere": (agent.pk, "LOT-A"),
        }
        assert send("generic", key, sent).json()["repeated"] == 3
        assert {c.heard_at for c in Camera.objects.all()} == {NOW}

    def test_one_that_is_switched_off_is_not_heard(self, carried, send):
        _, key, second, _ = carried
        operations.switch_off(second.reference, by=SYSTEM, at=NOW)
        assert send("generic", key, message("gate-2", "gate-3")).json()["checked"] == 1
        assert PlateRead.objects.get().device == "gate-3"

    def test_a_carried_camera_has_no_address_of_its_own(self, carried):
        second = carried[2]
        assert queries.signed_camera(str(second.reference)) is None
        with pytest.raises(IntegrityError):
            Camera.objects.filter(pk=second.pk).update(device="")

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"device": " "}, "device"),
            ({"device": "gate-2"}, "device"),
            ({"vendor": "rekor"}, "through"),
        ],
    )
    def test_what_cannot_be_told_apart_is_refused(self, carried, camera, given, field):
        agent = carried[0]
        more = {"vendor": "generic", "device": "gate-9", "through": agent.reference} | given
        with pytest.raises(Refused) as refused:
            camera(**more)
        assert refused.value.field == field

    def test_not_through_one_that_is_carried_or_another_tenants(self, carried, camera, hillside):
        from django_tenants.utils import tenant_context

        agent, _, second, _ = carried
        with pytest.raises(Refused):
            camera("generic", through=second.reference, device="gate-9")
        with tenant_context(hillside), pytest.raises(NotFound):
            operations.add_camera(
                name="x", vendor="generic", zone="A", through=agent.reference, device="y",
                by=SYSTEM, at=NOW,
            )  # fmt: skip

    def test_the_office_adds_one(self, site, alice, camera):
        agent, _ = camera("generic")
        site.login_as(alice)
        asked = {"name": "Gate 2", "vendor": "generic", "zone": "LOT-B", "lat": "", "lon": ""}
        asked |= {"through": str(agent.reference), "device": "gate-2"}
        done = site.post("/office/cameras/new/", asked, follow=True).content.decode()
        assert "Sends through" in done
        assert "cam_" not in done
        shown = site.get(f"/office/cameras/{agent.reference}/").content.decode()
        assert "Gate 2" in shown


class TestSigned:
    @pytest.fixture
    def sign(self, site, camera):
        made, _ = camera("generic")

        def send(secret: str = "", *, at=NOW, body: dict | None = None, name=made.reference):
            told = json.dumps(body or payloads.GENERIC).encode()
            secret = secret or queries.secret_of(made)
            headers = signed_headers(json.dumps(payloads.GENERIC).encode(), secret=secret, at=at)
            return site.post(
                f"/api/v1/lpr/generic?camera={name}",
                told,
                content_type="application/json",
                headers=headers,
            )

        send.camera = made
        return send

    def test_is_taken_in_and_the_key_never_travels(self, sign):
        assert sign().json()["checked"] == 1
        assert sign().json()["repeated"] == 1

    def test_another_secret_body_time_or_camera_is_401(self, sign, camera):
        other, _ = camera("generic")
        for answer in (
            sign("0" * 64),
            sign(body=payloads.GENERIC | {"plate": "XYZ9"}),
            sign(at=NOW - timedelta(minutes=6)),
            sign(name=other.reference),
            sign(name="nobody"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
        assert not PlateRead.objects.exists()

    def test_another_key_is_another_secret(self, sign):
        before = queries.secret_of(sign.camera)
        operations.rotate_key(sign.camera.reference, by=SYSTEM, at=NOW)
        assert sign(before).status_code == 401

    def test_another_tenants_camera_is_none_here(self, sign, other_site, hillside):
        told = json.dumps(payloads.GENERIC).encode()
        headers = signed_headers(told, secret=queries.secret_of(sign.camera), at=NOW)
        answer = other_site.post(
            f"/api/v1/lpr/generic?camera={sign.camera.reference}",
            told,
            content_type="application/json",
            headers=headers,
        )
        assert answer.status_code == 401
