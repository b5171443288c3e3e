"""Checks by a position: the zones that contain it, which of them decides, and what the map says."""

from datetime import timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from enforcement.models import PlateCheck
from parkops.programme.geometry import contains, overlap
from tests.enforcement.test_checks_with_rights import (  # noqa: F401
    API,
    NOW,
    _at_work,
    check,
    permit,
    post,
)
from tests.seed import PROGRAMMES


def square(west: float, south: float, size: float = 1.0) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def area(west: float, south: float) -> dict:
    return {"type": "Polygon", "coordinates": [square(west, south)]}


# A0 and ZZ overlap in [0.5, 1); SWEEP lies on the whole of A0 on Tuesdays from 10 to 11.
ZONES = [
    {"code": "A0", "name": "A", "kind": "street", "enforced": "always", "geometry": area(0, 0)},
    {"code": "ZZ", "name": "Z", "kind": "street", "enforced": "always", "geometry": area(0.5, 0)},
    {
        "code": "SWEEP",
        "name": "Street cleaning",
        "kind": "street",
        "enforced": "Tue 10:00-11:00",
        "priority": 1,
        "geometry": area(0, 5),
    },
    {
        "code": "PARK",
        "name": "Parking",
        "kind": "street",
        "enforced": "always",
        "priority": 5,
        "geometry": area(0, 5),
    },
]


@pytest.fixture
def town(apply_programme):
    """Harbor's program with four zones more, and permits for ZZ and PARK."""

    def apply(**more) -> int:
        document = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
        document["zones"] += [zone | more.get(zone["code"], {}) for zone in ZONES]
        base = next(kind for kind in document["permit_types"] if kind["code"] == "MONTH")
        for code in ("ZZ", "PARK"):
            grants = [{"zones": [code], "when": "always"}]
            document["permit_types"].append(base | {"code": f"P-{code}", "grants": grants})
        return apply_programme(yaml.safe_dump(document, sort_keys=False), at=more.get("at"))

    apply()
    return apply


@pytest.fixture
def look(post):  # noqa: F811
    def at(lat: float, lon: float, *, minutes: int = 0, **more) -> dict:
        instant = (NOW + timedelta(minutes=minutes)).isoformat()
        body = {"plate": "ABC123", "position": {"lat": lat, "lon": lon}, "at": instant}
        return post("/plate-checks", body | more, status=200)

    return at


def test_b11_a_right_in_either_of_two_that_overlap_is_one(town, permit, look):  # noqa: F811
    permit("P-ZZ", "ABC-123")
    both = look(0.5, 0.7)
    assert (both["verdict"], both["zone"]) == ("authorized", "A0")
    assert "The position is in A0 and ZZ; A0 decides." in both["because"]
    assert look(0.5, 1.2)["verdict"] == "authorized"
    assert look(0.5, 0.2)["verdict"] == "unauthorized"


def test_b12_outside_every_zone_nothing_holds_and_the_zone_is_null(town, permit, look):  # noqa: F811
    permit("P-ZZ", "ABC-123")
    answer = look(-40.0, 0.0)
    assert (answer["verdict"], answer["zone"], answer["rights"]) == ("unauthorized", None, [])
    assert "there is no regulated area here" in answer["because"][0]
    assert (answer["violations"], answer["near_misses"]) == ([], [])
    assert PlateCheck.objects.get().zone_code == ""


def test_b12_a_vehicle_that_may_stand_anywhere_may_there(town, post, look):  # noqa: F811
    post("/hotlist", {"plate": "ABC123", "kind": "exempt", "note": "police"})
    assert look(-40.0, 0.0)["verdict"] == "authorized"


@pytest.mark.parametrize(
    ("says", "verdict"), [({}, "unauthorized"), ({"outside": "any_session"}, "authorized")]
)
def test_b9_a_paid_session_counts_outside_every_zone_where_the_program_says_so(
    apply_programme,
    permit,  # noqa: F811
    post,  # noqa: F811
    look,
    says,
    verdict,
):
    document = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
    apply_programme(yaml.safe_dump(document | {"plate_checks": says}, sort_keys=False))
    stay = {"plate": "ABC 123", "zone": "METER", "minutes": 60, "start": NOW.isoformat()}
    sold = post("/sessions", stay)
    post("/payments", {"charges": [sold["charge"]["id"]], "method": "cash"})
    assert look(-40.0, 0.0, minutes=10)["verdict"] == verdict
    assert look(-40.0, 0.0, minutes=61)["verdict"] == "unauthorized"
    permit("MONTH", "DEF-456")
    assert look(-40.0, 0.0, plate="DEF456")["verdict"] == "unauthorized"


def test_neither_a_zone_nor_a_position_is_told(town, post):  # noqa: F811
    assert post("/plate-checks", {"plate": "ABC123"}, status=422)["errors"][0]["field"] == "zone"


@pytest.mark.parametrize(("lat", "lon"), [(90, 180), (-90, -180)])
def test_b18_the_ends_of_the_earth_are_places(town, look, lat, lon):
    told = look(lat, lon, zone="LOT-A")["because"]
    assert "On the map, the position is outside LOT-A." in told


def test_a_zone_that_is_named_is_asked_and_the_map_is_told(town, look):
    answer = look(0.5, 0.2, zone="ZZ")
    assert answer["zone"] == "ZZ"
    assert "On the map, the position is outside ZZ. It is in A0." in answer["because"]


def test_c15_the_lower_priority_decides_while_it_is_enforced(town, permit, look):  # noqa: F811
    permit("P-PARK", "ABC-123")
    # It is Tuesday, 10:15.
    assert (look(5.5, 0.5)["zone"], look(5.5, 0.5)["verdict"]) == ("SWEEP", "unauthorized")
    after = look(5.5, 0.5, minutes=45)
    assert (after["zone"], after["verdict"]) == ("PARK", "authorized")


def test_c20_the_past_is_asked_of_the_areas_of_its_time(town, look):
    town(at=NOW + timedelta(days=1), A0={"geometry": area(0, 20)})
    assert look(0.5, 0.2)["zone"] == "A0"
    assert look(20.5, 0.2, minutes=60 * 25)["zone"] == "A0"


class TestTheAreas:
    HOLED = {"type": "Polygon", "coordinates": [square(0, 0, 9), square(3, 3, 3)]}
    TWO = {"type": "MultiPolygon", "coordinates": [[square(0, 0)], [square(5, 5)]]}

    @given(st.floats(-1, 10), st.floats(-1, 10))
    def test_a_square_with_a_hole(self, x, y):
        inside = 0 < x < 9 and 0 < y < 9 and not (3 <= x <= 6 and 3 <= y <= 6)
        on_an_edge = {x, y} & {0, 3, 6, 9}
        assert contains(self.HOLED, x, y) == inside or on_an_edge

    def test_either_of_two_and_no_line(self):
        assert contains(self.TWO, 0.5, 0.5)
        assert contains(self.TWO, 5.5, 5.5)
        assert not contains(self.TWO, 3, 3)
        assert not contains({"type": "Point", "coordinates": [0, 0]}, 0, 0)

    @given(st.floats(-2, 2), st.floats(-2, 2))
    def test_two_squares_overlap_where_both_are_within_one_of_each_other(self, east, north):
        other = {"type": "Polygon", "coordinates": [square(east, north)]}
        one = {"type": "Polygon", "coordinates": [square(0, 0)]}
        if min(abs(1 - abs(east)), abs(1 - abs(north)), key=abs) > 1e-6:
            assert overlap(one, other) == (abs(east) < 1 and abs(north) < 1) == overlap(other, one)

    def test_what_lies_in_a_hole_does_not_overlap(self):
        inside = {"type": "Polygon", "coordinates": [square(4, 4)]}
        assert not overlap(self.HOLED, inside)
        assert overlap({"type": "Polygon", "coordinates": [square(0, 0, 9)]}, inside)
        assert not overlap(inside, {"type": "Point", "coordinates": [4.5, 4.5]})
