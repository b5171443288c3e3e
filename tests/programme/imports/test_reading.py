"""Files of zones: small ones of the shapes that cities and campuses publish, and hostile ones."""

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from parkops.kernel.windows import Window
from parkops.programme.imports import sign_times
from parkops.programme.imports.curb_times import Inexpressible, Known, windows_of
from parkops.programme.imports.found import Codes, Unreadable
from parkops.programme.imports.geojson import Columns
from parkops.programme.imports.reading import read as read_file

ROOT = Path(__file__).resolve().parents[3]
HOLIDAYS = Known(calendars=["holidays"], events=["snow-emergency"])


def read(content, **more):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_file(raw, known=HOLIDAYS, currency="USD", **more)


def square(west=-122.68, south=45.52, size=0.001):
    east, north = west + size, south + size
    ring = [[west, south], [west, north], [east, north], [east, south], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(geometry=None, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry or square()}


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


class TestGeoJson:
    def test_properties_are_guessed_by_their_names(self):
        found = read(
            collection(
                feature(Name="North lot", lot_number="N-4", Spaces="120", ADA=6),
                feature(Name="West deck", lot_number=7.0, Spaces=80.0, ADA=None),
            )
        )
        first, second = found.proposals
        assert found.format == "GeoJSON"
        assert (first.code, first.name, first.kind) == ("N-4", "North lot", "lot")
        assert first.capacity == {"standard": 120, "accessible": 6}
        assert (second.code, second.kind, second.capacity) == ("7", "garage", {"standard": 80})
        assert first.document["geometry"] == square()

    def test_columns_name_the_properties(self):
        told = collection(feature(a="X", b="Elm Street", c="street", d=3))
        columns = Columns(code="a", name="b", kind="c", motorcycle="d")
        (zone,) = read(told, columns=columns).proposals
        assert (zone.code, zone.name, zone.kind) == ("X", "Elm Street", "street")
        assert zone.capacity == {"motorcycle": 3}
        assert read(told).properties == ("a", "b", "c", "d")

    def test_without_properties_the_place_in_the_file_names_it(self):
        (zone,) = read(square()).proposals
        assert (zone.code, zone.name) == ("FEATURE-1", "Feature 1")

    def test_san_francisco_s_days_hours_and_limits(self):
        line = {"type": "MultiLineString", "coordinates": [[[-122.45, 37.77], [-122.46, 37.78]]]}
        told = {"regulation": "Time limited", "days": "M-F", "hours": "800-1800", "hrlimit": "2"}
        first, second = read(
            collection(feature(line, **told), feature(line, **told | {"hours": "soon"}))
        ).proposals
        assert first.kind == "street"
        assert first.rules == {"enforced": "Mon-Fri 08:00-18:00", "max_stay": "2h"}
        assert first.geometry["type"] == "LineString"
        assert second.rules == {}
        assert second.notes == ("When it is enforced cannot be read: M-F soon.",)

    def test_a_feature_without_a_shape_is_refused_and_the_others_stay(self):
        found = read(collection(feature(name="A"), {"type": "Feature", "geometry": None}, 7))
        assert [zone.name for zone in found.proposals] == ["A"]
        assert [refusal.place for refusal in found.refusals] == ["Feature 2", "Feature 3"]
        assert found.refusals[0].reason.startswith("There is no shape.")

    def test_a_refused_feature_takes_no_code(self):
        found = read(
            collection({"type": "Feature", "properties": {"name": "A"}}, feature(name="A"))
        )
        assert [zone.code for zone in found.proposals] == ["A"]

    def test_a_megabyte_of_a_name_is_refused(self):
        found = read(collection(feature(name="N" * 1_000_000)))
        assert not found.proposals
        assert found.refusals[0].reason == "Its name has 1,000,000 characters. Write at most 200."
        assert len(found.refusals[0].name) <= 60

    def test_control_characters_do_not_come_in(self):
        (zone,) = read(collection(feature(name="A\x00B\nC"))).proposals
        assert zone.name == "A B C"

    def test_swapped_positions(self):
        turned = square(45.52, -122.68)
        assert "latitude first" in read(collection(feature(turned))).refusals[0].reason
        (zone,) = read(collection(feature(turned)), swapped=True).proposals
        assert zone.geometry["coordinates"][0][0] == [-122.68, 45.52]


class TestUnreadable:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"  ", "empty"),
            (b"PK\x03\x04zip", "Unzip it"),
            (b"{", "neither JSON nor KML"),
            (b'{"type": NaN}', "a number that is none"),
            (b'{"type": "Point", "coordinates": [' + b"9" * 5000 + b"]}", "a number that is none"),
            (b"[1]", "no GeoJSON"),
            (b'{"type": "Topology"}', "TopoJSON"),
            (b'{"type": "\xff"}', "UTF-8"),
            (b"[" * 100_000, "nested deeper"),
            (b"x" * (8 * 1024 * 1024 + 1), "At most 8 MB"),
            (b"<kml", "not well-formed"),
            (b"<html></html>", "'html', not KML"),
            (b"<kml></kml>", "no placemarks"),
        ],
    )
    def test_says_what_would_be_right(self, content, words):
        with pytest.raises(Unreadable) as refusal:
            read(content)
        assert words in str(refusal.value)

    def test_fifty_thousand_features_are_too_many(self):
        with pytest.raises(Unreadable, match="50,000 features"):
            read(collection(*[{}] * 50_000))

    def test_more_positions_than_any_campus_has(self):
        with pytest.raises(Unreadable, match="200,000 positions"):
            read(b'{"type": "LineString", "coordinates": [' + b"[1,1]," * 200_001 + b"[1,1]]}")

    def test_billion_laughs(self):
        laughs = b"".join(
            b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
        )
        bomb = b"<?xml version='1.0'?><!DOCTYPE kml [" + laughs + b"]><kml><name>&l9;</name></kml>"
        with pytest.raises(Unreadable, match="declares entities"):
            read(bomb)

    def test_a_file_of_this_machine_is_not_read(self):
        told = (
            b'<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml><name>&x;</name></kml>'
        )
        with pytest.raises(Unreadable, match="declares entities"):
            read(told)


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>lots.kml</name>
<Folder><name>Garages</name>
  <Placemark><name>Made-up Parking Lot</name><Polygon><tessellate>1</tessellate><outerBoundaryIs>
    <LinearRing><coordinates>
      -111.785,43.816,0 -111.786,43.816,0 -111.786,43.817,0 -111.785,43.816,0
    </coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
</Folder>
<Folder><name>Faculty</name>
  <Placemark><name>Invented Garage</name>
    <ExtendedData><Data name="code"><value>G7</value></Data>
      <SchemaData><SimpleData name="capacity">40</SimpleData></SchemaData></ExtendedData>
    <Point><coordinates>-111.78,43.81</coordinates></Point></Placemark>
  <Placemark><name>Two parts</name><MultiGeometry>
    <LineString><coordinates>-111.7,43.8 -111.71,43.8</coordinates></LineString>
    <LineString><coordinates>-111.7,43.9 -111.71,43.9</coordinates></LineString>
  </MultiGeometry></Placemark>
  <Placemark><name>Two kinds</name><MultiGeometry>
    <Point><coordinates>-111.78,43.81</coordinates></Point>
    <LineString><coordinates>-111.7,43.9 -111.71,43.9</coordinates></LineString>
  </MultiGeometry></Placemark>
  <Placemark><name>Bow tie</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
    -111.0,43.0 -111.1,43.1 -111.1,43.0 -111.0,43.1 -111.0,43.0
  </coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
  <Placemark><name>Words</name><Point><coordinates>here,there</coordinates></Point></Placemark>
  <Placemark><name>A model</name><Model/></Placemark>
</Folder></Document></kml>"""


class TestKml:
    def test_placemarks_are_zones(self):
        found = read(KML.encode())
        first, second, third = found.proposals
        assert found.format == "KML"
        assert (first.code, first.kind) == ("MADE-UP-PARKING-LOT", "lot")
        assert first.geometry["coordinates"][0][0] == [-111.785, 43.816]
        assert (second.code, second.kind, second.capacity) == ("G7", "garage", {"standard": 40})
        assert (third.kind, third.geometry["type"]) == ("street", "MultiLineString")

    def test_what_is_no_zone_is_refused_with_its_name(self):
        reasons = {refusal.name: refusal.reason for refusal in read(KML.encode()).refusals}
        assert "GeometryCollection" in reasons["Two kinds"]
        assert "crosses itself" in reasons["Bow tie"]
        assert "not a position" in reasons["Words"]
        assert "'Model' is no zone" in reasons["A model"]

    def test_fifty_thousand_placemarks_are_too_many(self):
        with pytest.raises(Unreadable, match="50,000 placemarks"):
            read(b"<kml>" + b"<Placemark/>" * 50_000 + b"</kml>")

    def test_more_positions_than_any_campus_has(self):
        with pytest.raises(Unreadable, match="200,000 positions"):
            read(b"<kml><coordinates>" + b"1,1,0 " * 200_001 + b"</coordinates></kml>")

    def test_deep_nesting_is_no_trouble(self):
        deep = b"<Folder>" * 20_000 + b"</Folder>" * 20_000
        with pytest.raises(Unreadable, match="no placemarks|not well-formed"):
            read(b"<kml>" + deep + b"</kml>")


def curb(*regulations, start=4.9, geometry=None, **location):
    line = {"type": "LineString", "coordinates": [[-122.6804, 45.521], [-122.6807, 45.5204]]}
    place = {"shstRefId": "36860eafa27b8af9", "sideOfStreet": "right", "shstLocationStart": start}
    place |= {"shstLocationEnd": 73, **location}
    return {
        "type": "Feature",
        "properties": {"location": place, "regulations": list(regulations)},
        "geometry": geometry or line,
    }


def rule(category, activity="parking", spans=(), users=(), rates=({},), **more):
    return {
        "rule": {"activity": activity, "priorityCategory": category, **more},
        "userClasses": list(users) or [{}],
        "timeSpans": list(spans),
        "payment": {"rates": list(rates)},
    }


def span(days="mo tu we th fr", *hours, **more):
    times = [{"from": start, "to": end} for start, end in hours]
    return {"daysOfWeek": {"days": days.split()}, "timesOfDay": times, **more}


def feed(*features, **manifest):
    ranks = ["no standing", "loading", "paid parking", "free parking"]
    told = {"curblrVersion": "1.1.0", "priorityHierarchy": ranks, "currency": "USD"}
    return collection(*features, manifest={**told, **manifest})


NOT_HOLIDAYS = {"designatedPeriods": [{"name": "Holidays", "apply": "except during"}]}
PAID = rule(
    "paid parking",
    spans=[
        span("mo tu we th fr sa", ("08:00", "19:00"), **NOT_HOLIDAYS),
        span("su", ("13:00", "19:00"), **NOT_HOLIDAYS),
    ],
    rates=[{"fees": [0.5], "durations": [15]}],
    maxStay=120,
    payment=True,
)
MORNINGS = span("mo tu we th fr", ("07:00", "09:00"))


class TestCurbLr:
    def zone(self, *regulations, **more):
        found = read(feed(curb(*regulations), **more))
        assert found.format == "CurbLR"
        (zone,) = found.proposals
        return zone

    def test_paid_parking_is_enforced_with_a_rate(self):
        zone = self.zone(PAID)
        windows = [
            {"days": "Mon-Sat", "hours": "08:00-19:00", "except": ["holidays"]},
            {"days": "Sun", "hours": "13:00-19:00", "except": ["holidays"]},
        ]
        assert zone.rules == {"enforced": windows}
        assert zone.rates == ({"when": windows, "per_hour": "2.00", "max": "2h"},)
        assert (zone.code, zone.kind, zone.notes) == ("36860E-R-4", "street", ())

    def test_features_of_the_same_stretch_are_one_zone(self):
        free = rule("free parking", spans=[span("mo", ("19:00", "23:59"))])
        found = read(feed(curb(PAID), curb(free), curb(PAID, start=80)))
        assert [zone.code for zone in found.proposals] == ["36860E-R-4", "36860E-R-80"]

    def test_a_higher_priority_takes_its_hours(self):
        zone = self.zone(PAID, rule("no standing", "no standing", spans=[MORNINGS]))
        assert [(part["days"], part["hours"]) for part in zone.rates[0]["when"]] == [
            ("Mon-Fri", "09:00-19:00"),
            ("Sat", "08:00-19:00"),
            ("Sun", "13:00-19:00"),
        ]
        assert "Mon-Fri 07:00-09:00" in zone.rules["enforced"]

    def test_a_time_limit_is_a_longest_stay(self):
        zone = self.zone(rule("free parking", spans=[MORNINGS], maxStay=30))
        assert zone.rules == {"enforced": "Mon-Fri 07:00-09:00", "max_stay": "30m"}

    def test_what_is_closed_to_all_is_not_ticked_at_first(self):
        zone = self.zone(rule("no standing", "no standing"))
        assert zone.rules == {"enforced": "always"}
        assert not zone.for_parking

    def test_users_are_told_and_not_lost(self):
        zone = self.zone(rule("paid parking", users=[{"classes": ["permit"], "subclasses": ["4"]}]))
        assert zone.rules == {"enforced": "always"}
        assert zone.notes == (
            "Paid parking: only for permit, 4; grant the zone by a permit type they have.",
        )

    def test_loading_beside_paying_is_closed(self):
        loading = rule("loading", "loading", spans=[MORNINGS], maxStay=30)
        zone = self.zone(PAID, loading)
        assert "Mon-Fri 07:00-09:00" in zone.rules["enforced"]
        assert "max_stay" not in zone.rules
        assert any("closed then to all without a permit" in note for note in zone.notes)

    def test_an_event_of_the_program(self):
        during = {"designatedPeriods": [{"name": "snow emergency", "apply": "only during"}]}
        zone = self.zone(rule("no standing", "no standing", spans=[during]))
        assert zone.rules == {"enforced": {"during": "snow-emergency"}}

    @pytest.mark.parametrize(
        ("rates", "words"),
        [
            ([{"fees": [1, 2], "durations": [60, 60]}], "changes with the length of the stay"),
            ([{"fees": [1], "durations": [7]}], "is no price in USD"),
            ([{"fees": [1], "durations": [0]}], "cannot be read"),
            ([{"fees": ["x"], "durations": [60]}], "cannot be read"),
            ([{"fees": [-1], "durations": [60]}], "less than nothing"),
            ([], "does not say how much"),
        ],
    )
    def test_prices_that_no_rate_can_say(self, rates, words):
        zone = self.zone(rule("paid parking", rates=rates, payment=True, maxStay=60))
        assert zone.rates == ()
        assert any(words in note for note in zone.notes)

    def test_prices_in_another_currency(self):
        zone = self.zone(PAID, currency="CAD")
        assert any("in CAD, not in USD" in note for note in zone.notes)

    def test_steps_of_the_same_price_are_one_rate(self):
        rates = [{"fees": [0.5, 1], "durations": [15, 30]}]
        assert self.zone(rule("paid parking", rates=rates)).rates[0]["per_hour"] == "2.00"

    def test_a_stretch_of_which_nothing_can_be_said_is_refused(self):
        dates = {"effectiveDates": [{"from": "2019-07-19", "to": "2020-01-10"}]}
        found = read(feed(curb(rule("no parking", "no parking", spans=[dates]))))
        assert not found.proposals
        assert "only from 2019-07-19 to 2020-01-10" in found.refusals[0].reason

    @pytest.mark.parametrize(
        "regulations",
        [[7], {"a": 1}, [{}], [{"rule": []}], [{"rule": {"activity": {}}, "timeSpans": 7}], []],
    )
    def test_nonsense_is_refused(self, regulations):
        told = curb()
        told["properties"]["regulations"] = regulations
        found = read(feed(told, curb(PAID, start=80)))
        assert [refusal.place for refusal in found.refusals] == ["Feature 1"]
        assert len(found.proposals) == 1


class TestTimeSpans:
    @pytest.mark.parametrize(
        ("told", "window"),
        [
            ({}, Window()),
            (span("mo", ("00:00", "23:59")), Window(days=frozenset({0}))),
            (span("fr", ("22:00", "06:00")), Window(days=frozenset({4}), hours=((1320, 360),))),
            (
                {"effectiveDates": [{"from": "12-01", "to": "03-31"}]},
                Window(season=((12, 1), (3, 31))),
            ),
            ({"timesOfDay": [{"from": "08:00", "until": "20:00"}]}, Window(hours=((480, 1200),))),
            ({"daysOfMonth": ["odd"]}, Window(dates="odd")),
            (
                {"daysOfWeek": {"days": ["tu"], "occurrencesInMonth": ["2nd", "4th"]}},
                Window(days=frozenset({1}), weeks=frozenset({2, 4})),
            ),
        ],
    )
    def test_as_windows(self, told, window):
        assert windows_of([told], HOLIDAYS) == (window,)

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"daysOfMonth": ["15"]}, "days of the month"),
            ({"daysOfWeek": {"days": ["tu"], "occurrencesInMonth": ["last"]}}, "weeks of a month"),
            ({"daysOfWeek": {"days": ["xx"]}}, "days of the week"),
            ({"timesOfDay": [{"from": "8", "to": "9"}]}, "no time of day"),
            ({"designatedPeriods": [{"name": "game", "apply": "except during"}]}, "no calendar"),
            ({"designatedPeriods": [{"name": "game", "apply": "only during"}]}, "no event"),
            ({"effectiveDates": [{"from": "13-01", "to": "14-01"}]}, "effective dates"),
        ],
    )
    def test_what_no_window_can_say(self, told, words):
        with pytest.raises(Inexpressible, match=words):
            windows_of([told], HOLIDAYS)


class TestSignTimes:
    @pytest.mark.parametrize(
        ("days", "hours", "told"),
        [
            ("M-F", "800-1800", (frozenset(range(5)), ((480, 1080),))),
            ("M-Su", "2400-600", (frozenset(range(7)), ((0, 360),))),
            ("Mon-Fri", "7am - 6:30 pm", (frozenset(range(5)), ((420, 1110),))),
            ("Tues & Thurs", "10:00 PM to 6 AM", (frozenset({1, 3}), ((1320, 360),))),
            ("Sat", "07:30:00-12:30:00", (frozenset({5}), ((450, 750),))),
        ],
    )
    def test_are_read(self, days, hours, told):
        window = sign_times.window_of(days, hours)
        assert window is not None
        assert (window.days, window.hours) == told

    @pytest.mark.parametrize(
        ("days", "hours"), [("", ""), ("", "0-0"), ("soon", "8-9"), ("M", "25-26")]
    )
    def test_are_not_guessed(self, days, hours):
        assert sign_times.window_of(days, hours) is None

    @pytest.mark.parametrize(
        ("limit", "told"), [("2", "2h"), ("30 min", "30m"), ("4P", "4h"), ("0", None), ("x", None)]
    )
    def test_limits(self, limit, told):
        stay = sign_times.stay_of(limit)
        assert (str(stay) if stay else None) == told


def test_codes_are_given_out_once():
    codes = Codes()
    told = [codes.propose("Faculty/ Staff Parking and more", "x") for _ in range(3)]
    assert told == [
        "FACULTY-STAFF-PARKING-AN",
        "FACULTY-STAFF-PARKING-2",
        "FACULTY-STAFF-PARKING-3",
    ]
    assert codes.propose("///", "Feature 9") == "FEATURE-9"


@pytest.mark.slow
class TestWhole:
    """The files that a campus and cities published, where they are."""

    @pytest.fixture
    def zones(self):
        folder = Path(os.environ.get("PARKOPS_DATA") or ROOT.parent / "shared" / "data") / "zones"
        if not folder.is_dir():
            pytest.skip(f"the files are not in {folder}; PARKOPS_DATA names another folder")
        return folder

    def test_a_campus_in_kml(self, zones):
        found = read((zones / "byui_campus_kml" / "parking_data.kml").read_bytes())
        assert len(found.proposals) + len(found.refusals) == 57
        assert all("crosses itself" in refusal.reason for refusal in found.refusals)
        assert len(found.refusals) < 10

    def test_portland_s_curbs(self, zones):
        folder = zones / "portland_curblr"
        found = read((folder / "downtown_portland_2020-07-30.curblr.json").read_bytes())
        prices = Counter(rate["per_hour"] for zone in found.proposals for rate in zone.rates)
        assert prices == {"2.00": 80}
        assert len(found.proposals) + len(found.refusals) == 363

    def test_san_francisco_s_regulations(self, zones):
        folder = zones / "san_francisco_regulations"
        found = read((folder / "parking_regulations.geojson").read_bytes())
        assert not found.refusals
        limited = [zone for zone in found.proposals if zone.rules.get("max_stay") == "2h"]
        assert len(limited) > 1000

    def test_helsinki_s_payment_zones(self, zones):
        folder = zones / "helsinki_parkkihubi"
        name = "geojson_payment_zones_importer_data.geojson"
        (zone,) = read((folder / name).read_bytes()).proposals
        assert (zone.name, zone.geometry["type"]) == ("Zone 1", "Polygon")
        with pytest.raises(Unreadable, match="not KML"):
            read((folder / "payment_zone_importer_data.xml").read_bytes())
