"""Each vendor's messages, ours and those collected from the field, and what each says."""

import json
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enforcement.cameras.delivery import Delivery, instant
from enforcement.cameras.reads import Told, Unreadable
from enforcement.cameras.regions import of_country, of_state
from enforcement.cameras.vendors import VENDORS
from tests.enforcement.cameras import payloads

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("PARKOPS_DATA") or ROOT.parent / "shared" / "data")
FIELD = DATA / "lpr" / "payloads"
BY_CLOCK = {"tattile"}

# File of the field -> vendor, and of each read: plate, how sure, region, when.
COLLECTED = {
    "axis_event.json": ("axis", [("RLE11684", 0.719, "PL", "2021-06-11T10:05:38+00:00")]),
    "blueiris_example.json": (
        "blueiris",
        [
            ("T121396C", 0.942, "", "2024-11-19T23:51:20+00:00"),
            ("KYJ5", 0.72, "", "2024-11-19T23:51:20+00:00"),
        ],
    ),
    "blueiris_json-dump-example.json": (
        "blueiris",
        [
            ("SGX 7923G", 0.94, "", "2025-02-09T03:46:58+00:00"),
            ("HF7499", 0.908, "", "2025-02-09T03:46:58+00:00"),
        ],
    ),
    "blueiris_multi-ai-payload.json": (
        "blueiris",
        [
            ("SGX 7923G", 0.94, "", "2025-07-15T13:59:04+00:00"),
            ("HF7499", 0.908, "", "2025-07-15T13:59:04+00:00"),
        ],
    ),
    "blueiris_test-payload.json": (
        "blueiris",
        [
            ("9RPX658", 0.94, "", "2025-07-15T13:59:04+00:00"),
            ("HF7499", 0.908, "", "2025-07-15T13:59:04+00:00"),
        ],
    ),
    "genetec_hotlist_hit.xml": ("genetec", []),
    "genetec_permit_list.txt": ("genetec", []),
    "genetec_sharpv_ftp_template.xml": ("genetec", []),
    "hikvision_anpr.xml": ("hikvision", [("PECT600", 0.97, "", "2024-01-19T11:17:19+08:00")]),
    "openalpr_alpr_group.json": ("rekor", [("A13709", 0.92, "", "2015-11-24T00:50:08+00:00")]),
    "openalpr_heartbeat.json": ("rekor", []),
    "platerecognizer_stream.csv": (
        "platerecognizer",
        [("SJUBI1", 0.781, "", "2021-10-27T06:20:43+00:00")],
    ),
    "platerecognizer_stream_webhook.json": (
        "platerecognizer",
        [("PL8REC", 0.902, "", "2025-11-24T10:00:00+00:00")],
    ),
    "rekor_alpr_group_v2_lowconf.json": (
        "rekor",
        [("JD6085B", 0.604, "", "2026-09-07T06:05:04+00:00")],
    ),
    "tattile_read.xml": ("tattile", [("7459MTL", 0.925, "E", "2024-03-21T15:42:10")]),
}


def read(vendor: str, message: dict | str | bytes, **pictures: bytes) -> Told:
    sent = message if isinstance(message, bytes) else payloads.body(message)
    return VENDORS[vendor].read(Delivery((sent,), pictures))


@pytest.mark.skipif(not FIELD.is_dir(), reason="the collected payloads are not here")
class TestCollected:
    @pytest.mark.parametrize("name", COLLECTED)
    def test_says_what_was_read(self, name):
        vendor, wanted = COLLECTED[name]
        told = read(vendor, (FIELD / name).read_bytes())
        found = [
            (one.plate, one.share, one.region, one.taken_at.replace(microsecond=0).isoformat())
            for one in told.reads
        ]
        assert found == [(p, pytest.approx(s, abs=0.001), r, at) for p, s, r, at in wanted]
        assert bool(told.note) == (not wanted)
        assert len({one.event for one in told.reads}) == len(wanted)
        assert all(one.event for one in told.reads)

    def test_none_is_left_out(self):
        papers = {"README.md", "PARKPOW_LICENSE", "ALGERTC_LICENSE"}
        assert {path.name for path in FIELD.iterdir()} - papers == set(COLLECTED)

    def test_candidates_and_pictures_come_along(self):
        group = read("rekor", (FIELD / "openalpr_alpr_group.json").read_bytes()).reads[0]
        assert [one.plate for one in group.candidates][:3] == ["A13709", "A137O9", "A137Q9"]
        alert = read("blueiris", (FIELD / "blueiris_test-payload.json").read_bytes()).reads[0]
        assert alert.picture.startswith(b"RIFF")


class TestOurs:
    @pytest.mark.parametrize("vendor", payloads.OURS)
    def test_every_vendor_says_the_same_of_the_same_car(self, vendor):
        (one,) = read(vendor, payloads.OURS[vendor]).reads
        assert (one.plate, one.share) == ("ABC123", 0.95)
        assert one.region in {"NY", ""}
        at = one.taken_at
        if vendor in BY_CLOCK:
            at = at.replace(tzinfo=timezone(timedelta(hours=-5)))
        assert at == datetime(2026, 11, 10, 15, 15, tzinfo=UTC)

    def test_vendors_are_all_tried(self):
        assert set(payloads.OURS) == set(VENDORS)

    def test_genetecs_xml_is_read_like_its_json(self):
        (one,) = read("genetec", payloads.GENETEC_XML).reads
        assert (one.plate, one.share, one.region, one.event) == ("ABC123", 0.95, "NY", "g-1")
        assert one.taken_at == datetime(2026, 11, 10, 15, 15, tzinfo=UTC)

    def test_a_hit_whose_date_can_be_read_two_ways_has_none(self):
        hit = "<Hotlist><DateUtc>{}</DateUtc><TimeUtc>10:00:00</TimeUtc><PlateReadMatched>A1B2"
        hit += "</PlateReadMatched></Hotlist>"
        assert read("genetec", hit.format("10/01/2022")).reads[0].taken_at is None
        told = read("genetec", hit.format("25/01/2022")).reads[0].taken_at
        assert told == datetime(2022, 1, 25, 10, tzinfo=UTC)

    def test_hikvisions_overview_is_the_picture(self):
        plate, scene = payloads.picture("red"), payloads.picture("blue")
        sent = {"licensePlatePicture.jpg": plate, "detectionPicture.jpg": scene}
        assert read("hikvision", payloads.HIKVISION, **sent).reads[0].picture == scene

    def test_an_event_without_a_plate_is_no_fault(self):
        silent = payloads.HIKVISION.replace("ANPR</eventType>", "videoloss</eventType>")
        assert "videoloss" in read("hikvision", silent).note
        assert read("axis", payloads.AXIS | {"plateText": "unknown"}).note

    @pytest.mark.parametrize("vendor", payloads.OURS)
    @pytest.mark.parametrize(
        "message",
        [
            "",
            "hello",
            "{}",
            "[1, 2]",
            '{"a": NaN}',
            "<a/>",
            '<!DOCTYPE a [<!ENTITY b "c">]><Msg><PLATE_STRING>&b;</PLATE_STRING></Msg>',
            "[" * 5_000,
        ],
    )
    def test_what_a_vendor_does_not_send_is_refused_in_words(self, vendor, message):
        try:
            said = read(vendor, message).note
        except Unreadable as error:
            said = str(error)
        assert said.endswith(".")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NAMES = ["plate", "results", "data", "candidates", "best_plate", "ai_dump", "region", "Plate"]


@pytest.mark.parametrize("vendor", ["rekor", "platerecognizer", "axis", "genetec", "blueiris"])
@given(more=st.dictionaries(st.sampled_from(NAMES), JSON))
def test_nothing_that_stands_in_a_message_breaks_an_adapter(vendor, more):
    message = dict(payloads.OURS[vendor]) | more
    try:
        told = read(vendor, json.dumps(message))
    except Unreadable:
        return
    assert isinstance(told, Told)


@pytest.mark.parametrize(
    ("text", "state", "country"),
    [
        ("us-ca", "CA", "CA"),
        ("ca-qc", "QC", "QC"),
        ("mo", "MO", ""),
        ("New York", "NY", ""),
        ("mx-nle", "", ""),
        ("de", "DE", "D"),
        ("POL", "", "PL"),
        ("", "", ""),
        ("us-zz", "", ""),
    ],
)
def test_regions_in_our_codes(text, state, country):
    assert (of_state(text), of_country(text)) == (state, country)


@pytest.mark.parametrize("text", ["", "1", "2026-13-40T00:00:00Z", "0001-01-01T00:00:00Z", "soon"])
def test_what_names_no_instant_is_none(text):
    assert instant(text) is None
