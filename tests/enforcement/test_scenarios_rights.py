"""Scenarios C and D14 of the product's list, each named by its id: rights, their times and places.

What a peer keeps as a permit's areas are grants here, a series of permits is a version of the program
(never pruned, C8: what was sold or cited under it follows it for ever), and a game day is an event.
"""

from datetime import UTC, datetime, timedelta

import pytest
import yaml

from enforcement.models import PlateCheck, PlateLook
from parkops.programme import load
from parkops.programme.lint import findings
from permits.models import Permit, PlateRight
from tests.enforcement.test_checks_with_rights import (  # noqa: F401
    API,
    NOW,
    _at_work,
    check,
    permit,
    post,
)
from tests.enforcement.test_places import area
from tests.seed import PROGRAMMES


def harbor_with(**changes) -> dict:
    """Harbor's program as a document, with things added to its lists and values put."""
    document = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
    for key, value in changes.items():
        document[key] = document[key] + value if isinstance(value, list) else value
    return document


def text_of(document: dict) -> str:
    return yaml.safe_dump(document, sort_keys=False)


def seasonal(code: str, season: str) -> dict:
    """A permit type of the first three weeks of November that grants the south lot in a season."""
    return {
        "code": code,
        "name": code,
        "grants": [{"zones": ["LOT-B"], "when": {"season": season}}],
        "term": {"kind": "fixed", "from": "2026-11-01", "to": "2026-11-21"},
        "price": {"base": "0.00"},
        "vehicles": {"max": 3},
    }


def on(day: int) -> str:
    return datetime(2026, 11, day, 17, tzinfo=UTC).isoformat()


@pytest.mark.parametrize(
    ("season", "days"),
    [
        pytest.param("11-12..12-05", range(12, 21), id="C1-where-both-hold"),
        pytest.param("11-21..11-30", [], id="C2-never"),
    ],
)
def test_a_right_holds_while_its_permit_and_its_grant_do(
    apply_programme,
    permit,  # noqa: F811
    check,  # noqa: F811
    season,
    days,
):
    apply_programme(text_of(harbor_with(permit_types=[seasonal("THREE-WEEKS", season)])))
    permit("THREE-WEEKS", "ABC-123")
    seen = {day: check("ABC123", "LOT-B", at=on(day))["verdict"] for day in (10, 11, 12, 20, 21)}
    assert [day for day, verdict in seen.items() if verdict == "authorized"] == [
        day for day in seen if day in days
    ]


def test_c3_a_change_of_one_permit_leaves_the_entries_of_others(
    permit,  # noqa: F811
    site,
    token,
):
    number = permit("STAFF-YEAR", "ONE 1", "TWO 2")
    permit("MONTH", "SIX 6", email="ben@person.test")
    of_others = PlateRight.objects.exclude(permit__number=number)
    before = list(of_others.order_by("pk").values())
    answer = site.put(
        f"{API}/permits/{number}/vehicles",
        {"vehicles": ["ONE 1", "THREE 3"]},
        headers=token("admin"),
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    own = PlateRight.objects.filter(permit__number=number, ends_at__gt=NOW)
    assert set(own.values_list("plate_key", flat=True)) == {"ONE1", "THREE3"}
    assert list(of_others.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        pytest.param({"vehicles": [""]}, "vehicles.0.plate", id="C4-no-plate"),
        pytest.param({"vehicles": None}, "vehicles", id="C4-null"),
        pytest.param({"start": "tomorrow"}, "start", id="C4-no-time"),
        pytest.param({"colour": "red"}, "colour", id="C4-unknown-key"),
        pytest.param({"permit_type": "X9"}, "permit_type", id="C5-unknown"),
    ],
)
def test_c4_what_is_no_permit_is_named_and_not_kept(post, wrong, field):  # noqa: F811
    customer = post("/customers", {"email": "ada@person.test", "name": "Ada"})["id"]
    wish = {"permit_type": "MONTH", "customer": customer, "vehicles": ["ABC 123"]} | wrong
    answer = post("/permits", wish, status=422)
    assert answer["errors"][0]["field"] == field
    assert not Permit.objects.exists()


def test_c5_one_unknown_area_refuses_all_and_is_named(harbor):
    good, bad = seasonal("GOOD", "01-01..12-31"), seasonal("BAD", "01-01..12-31")
    bad["grants"][0]["zones"] = ["X9"]
    with pytest.raises(load.Faulty) as refused:
        load.load(text_of(harbor_with(permit_types=[good, bad])), "test.yaml")
    assert "X9" in str(refused.value)


@pytest.mark.parametrize("written", ["2030-06-28T12:00+03:00", "2030-06-28T09:00:00Z"])
def test_c6_an_instant_is_kept_as_it_is_meant(check, written):  # noqa: F811
    check("ABC123", at=written)
    assert PlateCheck.objects.get().at == datetime(2030, 6, 28, 9, tzinfo=UTC)


def test_c7_the_next_version_holds_from_its_instant_and_the_one_before_until_then(
    apply_programme,
    check,  # noqa: F811
):
    begins = NOW + timedelta(hours=1)
    number = apply_programme(text_of(harbor_with(zones=[])), at=None)
    closed = harbor_with()
    next(z for z in closed["zones"] if z["code"] == "LOT-A")["enforced"] = "Sun 00:00-01:00"
    later = apply_programme(text_of(closed), at=begins)
    for minutes, verdict, version in (
        (59.99, "unauthorized", number),
        (60, "not_enforced", later),
    ):
        answer = check("ABC123", minutes=minutes)
        assert (answer["verdict"], answer["programme_version"]) == (verdict, version)


def zone(code: str, west: float, priority: int | None, enforced: str = "always") -> dict:
    one = {"code": code, "name": code, "kind": "street", "enforced": enforced}
    return one | {"geometry": area(west, 0)} | ({"priority": priority} if priority else {})


@pytest.mark.parametrize(
    ("others", "is_told"),
    [
        pytest.param([zone("W", 0, 1), zone("E", 0.5, 1)], True, id="C16-partly"),
        pytest.param([zone("W", 0, 1), zone("E", 0, 1)], True, id="C16-the-same-area"),
        pytest.param([zone("W", 0, 1), zone("E", 0.5, 2)], False, id="one-decides"),
        pytest.param([zone("W", 0, 1), zone("E", 1, 1)], False, id="side-by-side"),
        pytest.param([zone("W", 0, None), zone("E", 0.5, None)], False, id="rights-of-both-hold"),
        pytest.param(
            [zone("W", 0, 1, "Mon 08:00-09:00"), zone("E", 0.5, 1, "Tue 08:00-09:00")],
            False,
            id="never-at-once",
        ),
    ],
)
def test_c16_equal_priorities_that_overlap_are_told(others, is_told):
    rules = load.load(text_of(harbor_with(zones=others)), "test.yaml").programme
    told = [line for line in findings(rules, today=NOW.date()) if "both have priority 1" in line]
    assert bool(told) is is_told


class TestAGameDay:
    """C19: residents' permits stay valid; a paid stay costs the event's rate."""

    @pytest.fixture
    def game(self, apply_programme, post):  # noqa: F811
        document = harbor_with(events=["game-day"])
        document["sessions"]["rates"].insert(
            0, {"zones": ["METER"], "when": {"during": "game-day"}, "per_hour": "9.00"}
        )
        document["permit_types"].append(
            seasonal("NEAR", "01-01..12-31") | {"grants": [{"zones": ["METER"], "when": "always"}]}
        )
        apply_programme(text_of(document))
        times = {"from": NOW.isoformat(), "to": (NOW + timedelta(hours=7)).isoformat()}
        post("/events/game-day/declarations", times)

    def test_c19_a_permit_holds_and_a_stay_costs_more(self, game, permit, post, check):  # noqa: F811
        permit("NEAR", "ABC-123")
        assert check("ABC123", "METER", minutes=30)["verdict"] == "authorized"
        assert check("XYZ9", "METER", minutes=30)["verdict"] == "unauthorized"
        stay = {"plate": "XYZ 9", "zone": "METER", "minutes": 60}
        in_it = post("/sessions", stay | {"start": NOW.isoformat()})
        # The next morning at 10:15 the game is over.
        after = post("/sessions", stay | {"start": (NOW + timedelta(days=1)).isoformat()})
        assert (in_it["charge"]["amount"]["amount"], after["charge"]["amount"]["amount"]) == (
            "9.72",
            "2.70",
        )


def test_a_snow_emergency_is_enforced_while_it_is_declared(apply_programme, post, check):  # noqa: F811
    street = {
        "code": "PLOW",
        "name": "Snow route",
        "kind": "street",
        "enforced": {"during": "snow-emergency"},
    }
    tow = {"code": "SNOW", "name": "On a snow route", "zones": ["PLOW"], "fine": "90.00"}
    tow |= {"raised_by": "unauthorized", "towable": True}
    apply_programme(text_of(harbor_with(zones=[street], violations=[tow])))
    assert check("ABC123", "PLOW")["verdict"] == "not_enforced"
    times = {
        "from": (NOW + timedelta(hours=1)).isoformat(),
        "to": (NOW + timedelta(hours=5)).isoformat(),
    }
    post("/events/snow-emergency/declarations", times)
    seen = [check("ABC123", "PLOW", minutes=m) for m in (59, 60, 299, 300)]
    assert [one["verdict"] for one in seen] == [
        "not_enforced",
        "unauthorized",
        "unauthorized",
        "not_enforced",
    ]
    assert "SNOW" in {one["code"] for one in seen[1]["violations"]}


class TestAnybodyAsks:
    """D14: one of two words for a plate and a zone, never whose; 30 a minute from one address."""

    def ask(self, site, **asked) -> str:
        answer = site.post("/zones/permitted/", {"plate": "ABC 123", "zone": "LOT-B"} | asked)
        assert answer.status_code == 200, answer.content
        return answer.content.decode()

    def test_d14_one_word_and_the_look_is_kept(self, site, permit):  # noqa: F811
        number = permit("MONTH", "ABC-123")
        told = self.ask(site)
        assert "<b>Permitted" in told or ">Permitted" in told
        assert "Not permitted" not in told
        for secret in (number, "Ada", "ada@person.test", "2026-12", "MONTH"):
            assert secret not in told.split("<main", 1)[1].split("</main>")[0]
        assert "Not permitted" in self.ask(site, plate="XYZ 9")
        kept = PlateLook.objects.order_by("pk")
        assert [(look.place, look.plate_key) for look in kept] == [
            ("public", "ABC123"),
            ("public", "XYZ9"),
        ]
        assert not PlateCheck.objects.exists()

    def test_d14_at_most_thirty_a_minute(self, site, fresh_limits):
        for _ in range(30):
            self.ask(site)
        last = site.post("/zones/permitted/", {"plate": "ABC 123", "zone": "LOT-B"})
        assert last.status_code in (409, 422, 429)
        assert "tried too often" in last.content.decode()

    def test_nobody_may_ask_where_the_program_does_not_say_so(self, site, apply_programme):
        assert "/zones/permitted/" in site.get("/zones/").content.decode()
        apply_programme(text_of(harbor_with(plate_checks={"public": False})))
        assert site.get("/zones/permitted/").status_code == 404
        assert "/zones/permitted/" not in site.get("/zones/").content.decode()

    def test_what_is_no_plate_is_told(self, site):
        answer = site.post("/zones/permitted/", {"plate": "-", "zone": "SEA"})
        assert answer.status_code == 422

    def test_another_tenant_answers_by_its_own(self, other_site, permit):  # noqa: F811
        permit("MONTH", "ABC-123")
        assert other_site.get("/zones/permitted/").status_code in (200, 404)
