"""L6: the phone's copy gives the verdict that the office gives, for the same data."""

import json
import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
import yaml
from django.db import connection

from enforcement.operations import checks as checking
from enforcement.operations import hotlist, observations, offline
from enforcement.queries import checks
from enforcement.queries import offline as copies
from enforcement.queries.checks import Look
from enforcement.rules import places
from enforcement.rules.verdicts import Verdict
from parkops.accounts import operations as accounts
from parkops.kernel.actors import SYSTEM
from parkops.programme import load
from parkops.programme import operations as programme
from parkops.programme.geometry import contains
from parkops.programme.schema import Zone
from tests.conftest import Site, _tenant
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.browser

# A Tuesday, 10:15 in New York.
TAKEN = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
ZONES = ["LOT-A", "LOT-B", "METER", "QUICK", "CAMPUS", "CURB", "DAILY"]
# A street where only some permits lift the limit, and one from which a car is known to have moved.
HARBOR = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
CURB = {
    "code": "CURB",
    "name": "Curb",
    "kind": "street",
    "enforced": "Mon-Fri 08:00-18:00",
    "max_stay": "1h",
    "no_return": "30m",
    "moved": 50,
    "grace": "5m",
}
DAILY = CURB | {"code": "DAILY", "name": "By the day", "stays": "day"}
TIMED = {
    "grants": [{"zones": ["CURB"]}],
    "term": {"kind": "rolling", "months": 1},
    "price": {"base": "0.00"},
    "vehicles": {"max": 1},
}
ANSWER = """async ([copy, looks]) => {
  const { digest, keyOf } = await import("/static/js/field/plate.js");
  const { knownOf } = await import("/static/js/field/mates.js");
  const { judge } = await import("/static/js/field/verdict.js");
  const held = async (name) => ({ rights: copy.rights[name] ?? [], alerts: [] });
  const answers = [];
  for (const { plate, region, zone: code, at } of looks) {
    const known = await knownOf(await digest(copy.key, keyOf(plate)), held, copy);
    const zone = copy.zones.find((one) => one.code === code);
    answers.push(judge({ copy, zone, known, region, at }).verdict);
  }
  return answers;
}"""
PLACES = """async ([zones, points, second]) => {
  const { deciding } = await import("/static/js/field/places.js");
  return points.map(([lat, lon]) => deciding(zones, { lat, lon }, second).map(({ code }) => code));
}"""
SPOKEN = """async (texts) => {
  const { plateSpoken } = await import("/static/js/field/spoken.js");
  return texts.map(plateSpoken);
}"""
KEYS = """async (texts) => {
  const { keyOf } = await import("/static/js/field/plate.js");
  return texts.map(keyOf);
}"""


# Which chalk marks stand: plate, zone, minutes from TAKEN, valves or that it was gone, place.
MARKS = [
    ("CHK 666", "QUICK", -90, "", None),
    ("CHK 666", "QUICK", -20, "", None),
    # Its paid stay lifts the limit.
    ("PAY 444", "METER", -170, "", None),
    ("LIM 888", "CURB", -40, "", None),
    ("FRE 999", "CURB", -40, "", None),
    ("VAL 1", "CURB", -50, "3/9", None),
    ("VAL 1", "CURB", -10, "3/6", None),
    ("AWAY 1", "CURB", -50, "", None),
    ("AWAY 1", "QUICK", -30, "", None),
    ("AWAY 1", "CURB", -15, "", None),
    ("BACK 1", "CURB", -50, "", None),
    ("BACK 1", "QUICK", -40, "", None),
    ("BACK 1", "CURB", -25, "", None),
    ("FAR 1", "CURB", -50, "", (42.1, -71.05)),
    ("FAR 1", "CURB", -10, "", (42.11, -71.05)),
    ("GONE 1", "CURB", -50, "", None),
    ("GONE 1", "CURB", -45, "gone", None),
    ("GONE 1", "CURB", -10, "", None),
    # All stays of a day count together, each for as long as the vehicle was seen.
    ("DAY 1", "DAILY", -120, "", None),
    ("DAY 1", "DAILY", -100, "", None),
    ("DAY 1", "DAILY", -95, "gone", None),
    ("DAY 1", "DAILY", -20, "", None),
    # Of two vehicles on one permit the second one is where the first was seen before it.
    ("TWO 111", "LOT-A", -60, "", None),
    ("TWO 222", "LOT-B", -30, "", None),
    ("PAIR 1", "QUICK", -30, "", None),
    ("PAIR 3", "LOT-A", -30, "", None),
]


@pytest.fixture(scope="module")
def town(served) -> None:
    """Harbor with rights of every kind, chalk marks and vehicles that share permits."""
    connection.set_tenant(_tenant("harbor"))
    rules = HARBOR | {
        "zones": [*HARBOR["zones"], CURB, DAILY],
        "permit_types": [*HARBOR["permit_types"]],
    }
    for code, lifts in (("LIMITED", False), ("FREE", True)):
        kind = {"code": code, "name": code, "lifts_max_stay": lifts, **TIMED}
        rules["permit_types"].append(kind)
    loaded = load.load(yaml.safe_dump(rules, sort_keys=False).encode(), "curb.yaml")
    began = TAKEN - timedelta(days=2)
    programme.apply_version(loaded, begins_at=began, by=SYSTEM, at=began)
    site = Site("harbor")
    made = accounts.create_token(name="town", scopes=["admin"], by=SYSTEM, at=began)
    site.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made.secret}"

    def post(path: str, body: dict) -> dict:
        answer = site.post(f"/api/v1{path}", body, content_type="application/json")
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    def sell(kind: str, *plates: str, **more) -> None:
        email = f"{plates[0].replace(' ', '')}@person.test"
        body = {"email": email, "name": "Ada", "audiences": ["STAFF"]}
        wish = {"permit_type": kind, "customer": post("/customers", body)["id"]}
        sold = post("/permits", {**wish, **more, "vehicles": list(plates)})
        if sold["status"] == "held":
            post("/payments", {"charges": [sold["charge"]["id"]], "method": "cash"})

    with time_machine.travel(TAKEN - timedelta(hours=20), tick=False):
        sell("MONTH", "MON 111")
        for one, other in (("TWO 111", "TWO 222"), ("PAIR 1", "PAIR 2"), ("PAIR 3", "PAIR 4")):
            sell("MONTH", one, other)
        sell("LIMITED", "LIM 888")
        sell("FREE", "FRE 999")
    with time_machine.travel(TAKEN, tick=False):
        sell("EVENING", "EVE 222")
        sell("GUEST", "GUE 333", end=(TAKEN + timedelta(hours=3)).isoformat())
        post("/sessions", {"plate": "PAY 444", "zone": "METER", "minutes": 60})
        hotlist.add_to_hotlist(
            plate="FREE 55", region="NY", kind="exempt", note="", until=None, by=SYSTEM, at=TAKEN
        )
        for plate, zone, minutes, valve, place in MARKS:
            lat, lon = place or (None, None)
            seen_at = TAKEN + timedelta(minutes=minutes)
            observations.observe(
                plate=plate,
                zone=zone,
                seen_at=seen_at,
                valve="" if valve == "gone" else valve,
                is_gone=valve == "gone",
                lat=lat,
                lon=lon,
                by=SYSTEM,
                at=seen_at,
            )
        # A look is a sight too; one that found a second vehicle is none.
        for minutes in (-15, -14):
            at = TAKEN + timedelta(minutes=minutes)
            look = Look("PAIR 4", "", "LOT-B", at)
            found = checking.check_plate(look, source="field", by=SYSTEM, at=at)
            assert found.record.verdict == "second_vehicle"


def given() -> dict:
    copy = offline.copy_for(uuid4(), by=SYSTEM, at=TAKEN)
    plan = copies.plan(copy, after="", at=TAKEN)
    return json.loads("".join("".join(part) for part in copies.parts(copy, plan)))


def test_l6_the_copy_says_what_the_office_says(town, visitor):
    chance = random.Random(6)
    plates = ["MON-111", "eve 222", "GUE333", "FREE 55", "NONE 7", "PAIR 2", "PAIR 4"]
    plates += sorted({plate for plate, *_ in MARKS})
    minutes = [0, 9, 14, 16, 21, 25, 26, 45, 61, 65, 75, 181, 185, 209, 211, 241]
    looks = [
        Look(plate, chance.choice(["", "NY", "ON"]), zone, TAKEN + timedelta(minutes=after))
        for plate in plates
        for zone in ZONES
        for after in [*minutes, *(chance.randrange(0, 24 * 60) for _ in range(4))]
    ]
    # As if each were the only look: none counts as a sight for the others.
    office = [found.finding.verdict.value for found in checks.timed(looks)]
    asked = [
        {
            "plate": look.plate,
            "region": look.region,
            "zone": look.zone,
            "at": look.at.timestamp() * 1000,
        }
        for look in looks
    ]
    page = visitor().page
    page.goto("/help/")
    copy = given()
    phone = page.evaluate(ANSWER, [copy, asked])
    told = zip(looks, office, phone, strict=True)
    assert [(look, said, other) for look, said, other in told if said != other] == []
    assert set(office) == {verdict.value for verdict in Verdict}
    # L10: a copy of more than a day says that it cannot tell, whatever the plate.
    late = [one | {"at": (TAKEN + timedelta(hours=24)).timestamp() * 1000} for one in asked]
    assert set(page.evaluate(ANSWER, [copy, late])) == {"unknown"}


def test_the_map_names_the_zones_that_decide(town, visitor):
    """With priorities, holes and several areas, at any place the phone names what the office names."""

    def square(west: float, south: float, size: float) -> list[list[float]]:
        east, north = west + size, south + size
        return [[west, south], [east, south], [east, north], [west, north], [west, south]]

    shapes = [
        ("A", 5, "always", {"type": "Polygon", "coordinates": [square(0, 0, 8), square(2, 2, 2)]}),
        ("B", 1, "", {"type": "Polygon", "coordinates": [square(1, 1, 4)]}),
        ("C", None, "always", {"type": "Polygon", "coordinates": [square(3, 3, 9)]}),
        (
            "D",
            5,
            "always",
            {"type": "MultiPolygon", "coordinates": [[square(6, 6, 3)], [square(20, 0, 2)]]},
        ),
        ("E", 1, "always", {"type": "LineString", "coordinates": [[0, 0], [9, 9]]}),
    ]
    told = [
        {"code": code, "priority": rank, "polygon": shape, "enforced": [[0, 9]] if hours else []}
        for code, rank, hours, shape in shapes
    ]
    zones = [
        Zone(
            code=code,
            name=code,
            kind="lot",
            priority=rank,
            geometry=shape,
            **({"enforced": hours} if hours else {}),
        )
        for code, rank, hours, shape in shapes
    ]
    chance = random.Random(9)
    points = [[chance.uniform(-1, 13), chance.uniform(-1, 23)] for _ in range(400)]

    def decide(lat: float, lon: float) -> list[str]:
        here = [zone for zone in zones if contains(zone.geometry or {}, lon, lat)]
        return [zone.code for zone in places.deciding(here, lambda zone: bool(zone.enforced))]

    page = visitor().page
    page.goto("/help/")
    office = [decide(lat, lon) for lat, lon in points]
    assert page.evaluate(PLACES, [told, points, 5]) == office
    assert {tuple(found) for found in office} >= {(), ("A",), ("B",), ("C",), ("A", "D")}


def test_a_spoken_plate_is_letters_and_digits(served, visitor):
    page = visitor().page
    page.goto("/help/")
    said = ["alpha bravo charlie one two three", "X-ray 7 Niner", "B C D 4 oh", "abc 123", ""]
    assert page.evaluate(SPOKEN, said) == ["ABC123", "X79", "BCD4O", "ABC123", ""]


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
