"""The officer's pages: from a plate to a citation, on a phone."""

import re
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from PIL import Image

from enforcement.models import Citation, CitationPhoto, Observation, PlateCheck, Shift

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def phone(site, bob):
    site.login_as(bob)
    site.post("/field/zones/", {"zone": "LOT-A"})
    return site


def picture() -> BytesIO:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8769)[0x9003] = "2026:11:10 10:14:30"
    Image.new("RGB", (60, 40), "gray").save(out, "JPEG", exif=exif)
    out.seek(0)
    out.name = "car.jpg"
    return out


def look(phone, plate: str = "abc 123"):
    """Check a plate; returns the path of its verdict and the page."""
    response = phone.post("/field/check/", {"plate": plate, "region": ""})
    assert response.status_code == 302, response.content
    return response["Location"], phone.get(response["Location"])


def hidden(page, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]+)"', page.content.decode()).group(1)


def write(phone, path: str, page, **more):
    body = {"client_id": hidden(page, "client_id"), "violation": "NO-PERMIT"} | more
    return phone.post(f"{path}citation/", body)


class TestZones:
    def test_are_chosen_first_and_remembered(self, site, bob):
        site.login_as(bob)
        assert site.get("/field/")["Location"] == "/field/zones/"
        page = site.get("/field/zones/").content.decode()
        assert "Mon-Fri 07:00-17:30" in page
        assert site.post("/field/zones/", {"zone": "LOT-A"})["Location"] == "/field/check/"
        assert site.get("/field/")["Location"] == "/field/check/"

    def test_one_that_is_not_there_is_not_chosen(self, phone):
        assert phone.post("/field/zones/", {"zone": "LOT-Z"}).status_code == 200

    def test_ask_for_a_sign_in_and_the_role(self, site, clara):
        assert "/account/" in site.get("/field/zones/")["Location"]
        site.login_as(clara)
        assert site.get("/field/zones/").status_code == 403


class TestShift:
    def test_starts_and_ends_once(self, phone):
        for _ in range(2):
            phone.post("/field/shift/")
        assert Shift.objects.filter(ended_at=None).count() == 1
        phone.post("/field/shift/", {"end": "1"})
        assert not Shift.objects.filter(ended_at=None).exists()


class TestCheck:
    def test_shows_the_verdict_in_words_and_why(self, phone):
        _, page = look(phone)
        text = page.content.decode()
        assert "Not authorized" in text
        assert "No permit, pass or paid session holds in LOT-A." in text
        kept = PlateCheck.objects.get()
        assert (kept.source, kept.actor_name, kept.plate_key) == ("field", "Bob Officer", "ABC123")

    def test_a_plate_of_dashes_is_told_so(self, phone):
        page = phone.post("/field/check/", {"plate": "--", "region": ""})
        assert page.status_code == 422
        assert "at least one letter or digit" in page.content.decode()
        assert not PlateCheck.objects.exists()

    def test_outside_the_hours_the_next_plate_comes_first(self, phone, time_at):
        with time_at(hours=9):
            text = look(phone)[1].content.decode()
        assert "Not enforced now" in text
        assert "Next plate" in text


class TestWrite:
    def test_from_the_verdict_to_the_number_with_a_photo(self, phone, bob):
        path, page = look(phone)
        checked = re.search(r'value="NO-PERMIT"[^>]*checked', page.content.decode())
        assert checked
        done = write(phone, path, page, photos=picture())
        citation = Citation.objects.get()
        assert done["Location"] == f"/field/citations/{citation.number}/"
        assert (citation.officer, citation.officer_ref) == ("Bob Officer", str(bob.pk))
        text = phone.get(done["Location"]).content.decode()
        assert citation.number in text
        assert citation.pin in text

    def test_k7_the_make_and_the_plates_expiry_are_written_down(self, phone):
        path, page = look(phone)
        wrong = write(phone, path, page, plate_expires="March")
        assert wrong.status_code == 422
        assert "Write year and month, such as 2027-03." in wrong.content.decode()
        write(phone, path, page, vehicle="blue Toyota", plate_expires="2027-03")
        citation = Citation.objects.get()
        assert (citation.vehicle, citation.plate_expires_on) == ("blue Toyota", date(2027, 3, 1))

    def test_a_double_tap_is_one_citation(self, phone):
        path, page = look(phone)
        first, second = write(phone, path, page), write(phone, path, page)
        assert first["Location"] == second["Location"]
        assert Citation.objects.count() == 1

    def test_what_is_shown_of_a_photo_says_nothing_of_the_camera(self, phone):
        path, page = look(phone)
        write(phone, path, page, photos=picture())
        photo = CitationPhoto.objects.get()
        assert photo.taken_at == datetime(2026, 11, 10, 15, 14, 30, tzinfo=UTC)
        shown = phone.get(f"/field/citations/{photo.citation.number}/photos/{photo.reference}/")
        with Image.open(BytesIO(shown.content)) as image:
            assert (image.format, dict(image.getexif())) == ("JPEG", {})

    def test_a_file_that_is_no_picture_writes_nothing(self, phone):
        path, page = look(phone)
        file = BytesIO(b"%PDF-1.4 not a picture")
        file.name = "car.jpg"
        refused = write(phone, path, page, photos=file)
        assert refused.status_code == 422
        assert "not a JPEG" in refused.content.decode()
        assert not Citation.objects.exists()

    def test_a_warning_owes_nothing(self, phone):
        path, page = look(phone)
        write(phone, path, page, warning="on")
        assert Citation.objects.get().fine_minor == 0


class TestVoid:
    def written(self, phone) -> Citation:
        path, page = look(phone)
        write(phone, path, page)
        return Citation.objects.get()

    def test_within_ten_minutes_with_a_reason(self, phone, time_at):
        citation = self.written(phone)
        path = f"/field/citations/{citation.number}/void/"
        assert phone.post(path, {"reason": " "}).status_code == 422
        with time_at(minutes=9):
            assert phone.post(path, {"reason": "wrong car"}).status_code == 302
        citation.refresh_from_db()
        assert (citation.void_reason, citation.voided_at is not None) == ("wrong car", True)

    def test_not_later_and_not_another_officer_s(self, phone, site, alice, time_at):
        citation = self.written(phone)
        path = f"/field/citations/{citation.number}/void/"
        with time_at(minutes=10):
            assert phone.post(path, {"reason": "wrong car"}).status_code == 422
        site.login_as(alice)
        assert site.post(path, {"reason": "wrong car"}).status_code == 422
        citation.refresh_from_db()
        assert citation.voided_at is None


class TestOthers:
    def test_today_lists_my_own(self, phone, bob):
        path, page = look(phone)
        write(phone, path, page)
        assert Citation.objects.get().number in phone.get("/field/citations/").content.decode()
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            phone.login_as(bob)
            assert "Nothing written yet" in phone.get("/field/citations/").content.decode()

    def test_chalk_where_stays_are_timed(self, phone):
        phone.post("/field/zones/", {"zone": "QUICK"})
        path, page = look(phone)
        assert "Chalk: start timing" in page.content.decode()
        phone.post(f"{path}chalk/", {"front": "3", "rear": "9", "lat": "42.15", "lon": "-71.05"})
        mark = Observation.objects.get()
        assert (mark.plate_key, mark.valve, mark.lat, mark.lon) == ("ABC123", "3/9", 42.15, -71.05)
        assert phone.post(f"{path}chalk/", {"front": "13"}).status_code == 422
        phone.post(f"{path}chalk/")
        assert list(Observation.objects.order_by("pk").values_list("valve", flat=True)) == [
            "3/9",
            "",
        ]

    def test_another_tenant_s_check_is_not_there(self, phone, other_site, charlie):
        path, _ = look(phone)
        other_site.login_as(charlie)
        assert other_site.get(path).status_code == 404
