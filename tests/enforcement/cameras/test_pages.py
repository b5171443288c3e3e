"""The office's pages of cameras and of what they read: who may, what is shown, the way through the queue."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enforcement.cameras.models import Camera, PlateRead
from enforcement.models import PlateCheck
from tests.enforcement.cameras import payloads
from tests.enforcement.cameras.test_intake import permit

pytestmark = pytest.mark.usefixtures("at_work")
OFFICE = "/office/cameras/"
READS = "/office/plate-reads/"


class TestCameras:
    def add(self, site, **more) -> object:
        sent = {"name": "Garage entry", "vendor": "axis", "zone": "LOT-A", "lat": "", "lon": ""}
        return site.post(f"{OFFICE}new/", sent | more)

    def test_a_new_camera_shows_its_key_once_and_works(self, site, alice, send):
        site.login_as(alice)
        shown = self.add(site).content.decode()
        key = re.search(r"cam_[\w-]{43}", shown)[0]
        assert f"/api/v1/lpr/axis?key={key}" in shown
        assert send("axis", key, payloads.AXIS).status_code == 200
        camera = Camera.objects.get()
        detail = site.get(f"{OFFICE}{camera.reference}/").content.decode()
        assert key not in detail
        assert camera.key_start in detail
        assert "Works" in detail

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("name", " ", "Give the camera a name."),
            ("vendor", "acme", "Select a valid choice"),
            ("zone", "MOON", "Select a valid choice"),
            ("lat", "43.1", "Give both the latitude and the longitude, or neither."),
        ],
    )
    def test_what_is_missing_is_named(self, site, alice, field, value, said):
        answer = self.add(site.login_as(alice), **{field: value})
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not Camera.objects.exists()

    def test_a_camera_is_described_anew_and_switched(self, site, alice, camera):
        made, _ = camera()
        site.login_as(alice)
        here = f"{OFFICE}{made.reference}/"
        sent = {"name": "Exit", "zone": "LOT-B", "lat": "43.1", "lon": "-79.1"}
        assert site.post(here, sent).status_code == 302
        made.refresh_from_db()
        assert (made.name, made.zone_code, made.lat) == ("Exit", "LOT-B", 43.1)
        site.post(f"{here}switch/")
        assert "Switched off" in site.get(OFFICE).content.decode()
        site.post(f"{here}switch/", {"on": "1"})
        made.refresh_from_db()
        assert made.switched_off_at is None
        assert re.search(r"cam_[\w-]{43}", site.post(f"{here}key/").content.decode())

    def test_auditors_read_and_change_nothing(self, site, otto, camera):
        made, _ = camera()
        site.login_as(otto)
        here = f"{OFFICE}{made.reference}/"
        assert site.get(OFFICE).status_code == site.get(here).status_code == 200
        site.post(here, {"name": "Mine", "zone": "LOT-A"})
        for path in (f"{here}key/", f"{here}switch/", f"{OFFICE}new/"):
            assert site.post(path).status_code == 403
        made.refresh_from_db()
        assert made.name == "rekor at the gate"

    def test_another_tenant_has_no_such_camera(self, other_site, charlie, camera):
        made, _ = camera()
        here = f"{OFFICE}{made.reference}/"
        assert other_site.login_as(charlie).get(here).status_code == 404
        assert other_site.post(f"{here}key/").status_code == 404

    def test_more_cameras_ask_no_more(self, site, alice, camera):
        site.login_as(alice)
        camera()
        site.get(OFFICE)
        with CaptureQueriesContext(
            connection,
        ) as few:
            site.get(OFFICE)
        for _ in range(3):
            camera("axis")
        with CaptureQueriesContext(connection) as many:
            site.get(OFFICE)
        assert len(many) == len(few)


class TestReads:
    def test_what_waits_is_listed_with_its_reason(self, site, rita, waiting):
        waiting("ABC123")
        text = site.login_as(rita).get(READS).content.decode()
        assert "The camera is 70 % sure" in text
        assert "Review them" in text

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", False),
            ("view=hits", True),
            ("view=all", True),
            ("view=hits&q=abc-123", True),
            ("view=all&q=XYZ", False),
            (
                "view=all&camera=5f3c1c1e-8a64-4a0e-9d6e-0d2f6f0c9b11",
                True,
            ),  # no such camera: the filter says so
        ],
    )
    def test_views_and_filters(self, site, rita, waiting, query, found):
        read = waiting("ABC123", 99.0)
        text = site.login_as(rita).get(f"{READS}?{query}").content.decode()
        assert (str(read.reference) in text) is found

    def test_more_reads_ask_no_more(self, site, rita, waiting):
        site.login_as(rita)
        for plate in ("A1B2C3", "B1B2C3"):
            waiting(plate)
        site.get(READS)
        with CaptureQueriesContext(connection) as few:
            site.get(READS)
        for plate in ("C1B2C3", "D1B2C3"):
            waiting(plate)
        with CaptureQueriesContext(connection) as many:
            site.get(READS)
        assert len(many) == len(few)

    def test_the_page_says_what_a_check_would_say_of_each_way_to_read_it(
        self, site, rita, waiting, token
    ):
        permit("A8C123", site, token)
        read = waiting(
            "ABC123",
            candidates=[
                {"plate": "ABC123", "confidence": 70},
                {"plate": "ABC128", "confidence": 55},
            ],
        )
        text = site.login_as(rita).get(f"{READS}{read.reference}/").content.decode()
        ways = re.findall(r'name="plate" value="(\w+)"', text)
        assert ways == ["ABC123", "A8C123", "ABC128"]
        assert "Has a right here: one character differs (B/8)" in text
        assert text.count("Not authorized") == 2
        assert text.count(">Authorized<") == 1

    def test_accepting_goes_on_to_the_next_and_the_last_to_the_list(self, site, bob, waiting):
        first, second = waiting("AAA111"), waiting("BBB222")
        site.login_as(bob)
        answer = site.post(f"{READS}{first.reference}/settle/", {"plate": "AAA111"})
        assert answer.headers["Location"] == f"{READS}{second.reference}/"
        answer = site.post(
            f"{READS}{second.reference}/settle/", {"plate": "BB8222", "region": "NJ"}
        )
        assert answer.headers["Location"] == READS
        assert list(PlateCheck.objects.order_by("pk").values_list("plate_key", "region")) == [
            ("AAA111", "NY"),
            ("BB8222", "NJ"),
        ]
        text = site.get(f"{READS}{second.reference}/").content.decode()
        assert "Corrected" in text
        assert "Bob Officer" in text

    def test_rejecting_asks_for_the_reason(self, site, rita, waiting):
        read = waiting()
        site.login_as(rita)
        answer = site.post(f"{READS}{read.reference}/reject/", {"reason": ""})
        assert answer.status_code == 422
        assert "Say why the read is rejected." in answer.content.decode()
        site.post(f"{READS}{read.reference}/reject/", {"reason": "A sign"})
        assert PlateRead.objects.get().reason == "A sign"

    def test_who_comes_second_is_told_who_was_first(self, site, rita, bob, waiting):
        read = waiting()
        site.login_as(bob).post(f"{READS}{read.reference}/settle/", {"plate": "ABC123"})
        answer = site.login_as(rita).post(f"{READS}{read.reference}/reject/", {"reason": "No"})
        assert answer.status_code == 422
        assert "Bob Officer has decided this read: accepted." in answer.content.decode()

    def test_the_picture_is_given(self, site, rita, waiting):
        read = waiting()
        answer = site.login_as(rita).get(f"{READS}{read.reference}/picture/")
        assert answer.headers["Content-Type"] == "image/jpeg"
        asked = site.get(f"{READS}{read.reference}/picture/?original")
        assert asked.content == payloads.picture()
        PlateRead.objects.update(shown="")
        assert site.get(f"{READS}{read.reference}/picture/").status_code == 404

    def test_who_may_not_is_refused_and_other_tenants_find_nothing(
        self, site, amos, otto, other_site, charlie, waiting
    ):
        read = waiting()
        here = f"{READS}{read.reference}/"
        assert site.login_as(amos).get(READS).status_code == 403
        assert site.login_as(otto).get(here).status_code == 200
        assert site.post(f"{here}settle/", {"plate": "ABC123"}).status_code == 403
        other_site.login_as(charlie)
        for path in (here, f"{here}picture/"):
            assert other_site.get(path).status_code == 404
        assert other_site.post(f"{here}reject/", {"reason": "x"}).status_code == 404
        assert PlateRead.objects.get().state == "waiting"
