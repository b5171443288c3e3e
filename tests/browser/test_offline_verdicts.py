"""L6: the phone's copy gives the verdict that the office gives, for the same data."""

import json
import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection

from enforcement.operations import hotlist, observations, offline
from enforcement.queries import checks
from enforcement.queries import offline as copies
from enforcement.queries.checks import Look
from parkops.accounts import operations as accounts
from parkops.kernel.actors import SYSTEM
from tests.conftest import Site, _tenant

pytestmark = pytest.mark.browser

# A Tuesday, 10:15 in New York.
TAKEN = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
ZONES = ["LOT-A", "LOT-B", "METER", "QUICK", "CAMPUS"]
ANSWER = """async ([copy, looks]) => {
  const { digest, keyOf } = await import("/static/js/field/plate.js");
  const { judge } = await import("/static/js/field/verdict.js");
  const answers = [];
  for (const { plate, region, zone: code, at, marks } of looks) {
    const rights = copy.rights[await digest(copy.key, keyOf(plate))] ?? [];
    const zone = copy.zones.find((one) => one.code === code);
    answers.push(judge({ copy, zone, rights, region, marks, at }).verdict);
  }
  return answers;
}"""
KEYS = """async (texts) => {
  const { keyOf } = await import("/static/js/field/plate.js");
  return texts.map(keyOf);
}"""


@pytest.fixture(scope="module")
def town(served) -> dict[str, list[datetime]]:
    """Harbor with rights of every kind; gives the chalk marks of each plate."""
    connection.set_tenant(_tenant("harbor"))
    with time_machine.travel(TAKEN, tick=False):
        site = Site("harbor")
        made = accounts.create_token(name="town", scopes=["admin"], by=SYSTEM, at=TAKEN)
        site.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made.secret}"

        def post(path: str, body: dict) -> dict:
            answer = site.post(f"/api/v1{path}", body, content_type="application/json")
            assert answer.status_code in (200, 201), answer.content
            return answer.json()

        for kind, plate in (("MONTH", "MON 111"), ("EVENING", "EVE 222"), ("GUEST", "GUE 333")):
            body = {"email": f"{plate[:3]}@person.test", "name": "Ada", "audiences": ["STAFF"]}
            wish = {"permit_type": kind, "customer": post("/customers", body)["id"]}
            more = {"end": (TAKEN + timedelta(hours=3)).isoformat()} if kind == "GUEST" else {}
            sold = post("/permits", {**wish, **more, "vehicles": [plate]})
            if sold["status"] == "held":
                post("/payments", {"charges": [sold["charge"]["id"]], "method": "cash"})
        post("/sessions", {"plate": "PAY 444", "zone": "METER", "minutes": 60})
        hotlist.add_to_hotlist(
            plate="FREE 55", region="NY", kind="exempt", note="", until=None, by=SYSTEM, at=TAKEN
        )
        stood = [TAKEN + timedelta(minutes=minutes) for minutes in (-90, -20)]
        for seen_at in stood:
            observations.observe(
                plate="CHK 666", zone="QUICK", seen_at=seen_at, by=SYSTEM, at=TAKEN
            )
    return {"CHK 666": stood}


def test_l6_the_copy_says_what_the_office_says(town, visitor):
    copy = offline.copy_for(uuid4(), by=SYSTEM, at=TAKEN)
    plan = copies.plan(copy, after="", at=TAKEN)
    given = json.loads("".join("".join(part) for part in copies.parts(copy, plan)))
    chance = random.Random(6)
    plates = ["MON-111", "eve 222", "GUE333", "PAY 444", "FREE 55", "CHK 666", "NONE 7"]
    looks = [
        Look(plate, chance.choice(["", "NY", "ON"]), zone, TAKEN + timedelta(minutes=minutes))
        for plate in plates
        for zone in ZONES
        for minutes in [0, *(chance.randrange(0, 24 * 60) for _ in range(6)), 45, 61, 65, 75, 185]
    ]
    office = [checks.answers_to([look])[0].verdict.value for look in looks]
    asked = [
        {
            "plate": look.plate,
            "region": look.region,
            "zone": look.zone,
            "at": look.at.timestamp() * 1000,
            "marks": [["QUICK", at.timestamp() * 1000] for at in town.get(look.plate, [])],
        }
        for look in looks
    ]
    page = visitor().page
    page.goto("/help/")
    phone = page.evaluate(ANSWER, [given, asked])
    told = zip(looks, office, phone, strict=True)
    assert [(look, said, other) for look, said, other in told if said != other] == []
    assert set(office) == {"not_enforced", "authorized", "grace", "overtime", "unauthorized"}
    # L10: a copy of more than a day says that it cannot tell, whatever the plate.
    late = [one | {"at": (TAKEN + timedelta(hours=24)).timestamp() * 1000} for one in asked]
    assert set(page.evaluate(ANSWER, [given, late])) == {"unknown"}


def test_a_plate_has_the_same_key_on_both_sides(served, visitor):
    from parkops.kernel.plates import plate_key

    texts = [
        "abc-123",
        "Straße 1",
        "ＡＢＣ１２３",
        "Ж 777 ом",
        "١٢٣ ABC",
        "é1",
        "a²b",
        "ﬁ 9",
        "--",
        "x" * 13,
    ]

    def key(text: str) -> str:
        try:
            return plate_key(text)
        except ValueError:
            return ""

    page = visitor().page
    page.goto("/help/")
    assert page.evaluate(KEYS, texts) == [key(text) for text in texts]
