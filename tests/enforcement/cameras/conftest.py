"""Fixtures of the tests of cameras."""

import io
from datetime import UTC, datetime

import pytest
import time_machine

from enforcement.cameras import operations
from enforcement.cameras.models import Camera
from parkops.kernel.actors import SYSTEM
from tests.enforcement.cameras import payloads

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


@pytest.fixture
def at_work():
    """The moment of the tests."""
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def camera(harbor, at_work):
    """Add a camera to harbor: `camera("axis")` gives the camera and its key."""

    def add(vendor: str = "rekor", **more):
        given = {"name": f"{vendor} at the gate", "zone": "LOT-A"} | more
        return operations.add_camera(vendor=vendor, **given, by=SYSTEM, at=NOW)

    return add


@pytest.fixture
def send(site):
    """Send a message as a camera: `send("axis", key, {...})` gives the response."""

    def sending(vendor: str, key: str, message: dict | str, *, headers=None, files=None):
        path = f"/api/v1/lpr/{vendor}" + (f"?key={key}" if key else "")
        if files is not None:
            parts = {"json": payloads.body(message).decode()}
            parts |= {name: _named(name, data) for name, data in files.items()}
            return site.post(path, parts, headers=headers)
        return site.post(
            path, payloads.body(message), content_type="application/octet-stream", headers=headers
        )

    return sending


def _named(name: str, data: bytes) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = f"{name}.jpg"
    return file


@pytest.fixture
def waiting(camera, send):
    """A read of harbor's that waits for a person."""

    def arrive(plate: str = "ABC123", sure: float = 70.0, **more):
        made = Camera.objects.first()
        made, key = (
            (made, operations.rotate_key(made.reference, by=SYSTEM, at=NOW).key)
            if made
            else camera()
        )
        answer = send("rekor", key, payloads.rekor(plate, sure, **more))
        assert answer.status_code == 200, answer.content
        return made.reads.order_by("-pk").first()

    return arrive
