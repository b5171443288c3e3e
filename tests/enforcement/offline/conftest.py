"""A phone of bob's that sends."""

import hashlib
from datetime import UTC, datetime
from io import BytesIO
from uuid import uuid4

import pytest
import time_machine
from PIL import Image

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


@pytest.fixture
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


def record(kind: str = "citation", **more) -> dict:
    """What a phone wrote down at NOW, as it sends it; `more` are fields of the record or of its data."""
    data = {
        "citation": {"plate": "abc 123", "zone": "LOT-A", "violation": "NO-PERMIT"},
        "check": {"plate": "abc 123", "zone": "LOT-A"},
        "chalk": {"plate": "abc 123", "zone": "QUICK"},
        "void": {"citation": "", "reason": "Wrong plate"},
        "note": {"citation": "", "text": "No receipt on the dash"},
    }[kind]
    own = {"id": str(uuid4()), "kind": kind, "seq": 1, "at": NOW.isoformat(), "offline": True}
    of_record = {name: more.pop(name) for name in [*more] if name in {*own, "told", "age_ms"}}
    return own | of_record | {"data": data | more}


def picture(color: str = "gray") -> bytes:
    """A small photo."""
    out = BytesIO()
    Image.new("RGB", (12, 9), color).save(out, "JPEG")
    return out.getvalue()


class Phone:
    """Bob's phone: `send(record, …)` and `send_photo` return what it is told."""

    def __init__(self, site, officer) -> None:
        self.site, self.officer, self.device = site, officer, str(uuid4())

    def post(self, *records, **more):
        """Send records; returns the whole answer."""
        body = {"device": self.device, "officer": str(self.officer.pk), "records": [*records]}
        body |= {"sent_at": datetime.now(UTC).isoformat()} | more
        return self.site.post("/field/offline/records/", body, content_type="application/json")

    def send(self, *records) -> list[dict]:
        """Send records; returns what became of each."""
        answer = self.post(*records)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    def send_photo(self, named: str, data: bytes, sha256: str = ""):
        """Send a photo of a record."""
        file = BytesIO(data)
        file.name = "photo.jpg"
        digest = sha256 or hashlib.sha256(data).hexdigest()
        sent = {"record": named, "sha256": digest, "photo": file}
        return self.site.post("/field/offline/photos/", sent)


@pytest.fixture
def phone(site, bob, _at_work) -> Phone:
    return Phone(site.login_as(bob), bob)
