"""The officer's app through a shift: the line goes, the tab is killed, and everything arrives once."""

import io
import re
from collections.abc import Callable
from http.client import HTTPConnection
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image

from enforcement.models import AllottedNumber, Appeal, Citation, FieldRecord, Shift
from enforcement.queries import citations as citing
from enforcement.queries import numbers
from tests.browser.chromium import Watched
from tests.browser.conftest import person
from tests.conftest import _tenant

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
READY = "po-field-app[data-ready]"
BEGUN = "po-field-app[data-begun]"
SENT = "[data-sent][data-tone=good]"


@pytest.fixture(autouse=True)
def _harbor(served) -> None:
    """Everything here is harbor's, and nothing is left of the test before."""
    connection.set_tenant(_tenant("harbor"))
    AllottedNumber.objects.filter(citation=None).update(
        device="00000000-0000-4000-8000-000000000000"
    )


class Phone:
    """An officer's phone with the app open in LOT-B, which is always enforced."""

    def __init__(self, watched: Watched) -> None:
        self.watched, self.page = watched, watched.page
        self.page.goto("/field/app/")
        self.page.wait_for_selector(BEGUN)
        self.page.click("[data-code=LOT-B]")
        self.page.wait_for_selector(READY)

    def cut(self, off: bool = True) -> None:
        """Cut the line, or mend it."""
        self.watched.context.set_offline(off)

    def kill(self) -> None:
        """Kill the tab and open the app anew."""
        self.page.close(run_before_unload=False)
        self.page = self.watched.context.new_page()
        self.page.goto("/field/app/")
        self.page.wait_for_selector(BEGUN)

    def look(self, plate: str) -> str:
        """Check a plate; returns the word of the verdict."""
        self.page.fill("[data-check] [name=plate]", plate)
        self.page.click("[data-check] button.button--primary")
        self.page.wait_for_selector("[data-screen=verdict]:not([hidden])")
        return self.page.text_content("[data-slot=word]")

    def begin(self, n: int) -> None:
        """Look at a car, take its photo, write a note: all but the last touch."""
        assert self.look(f"OFF {n:03}") == "Not authorized"
        self.page.set_input_files("[name=photo]", photo(n))
        self.page.wait_for_selector("[data-photos] img")
        self.page.fill("#app-note", f"Row {n}")

    def write(self) -> str:
        """Write the citation; returns its number."""
        self.page.click("text=Write citation")
        self.page.wait_for_selector("[data-screen=record]:not([hidden])")
        number = self.page.text_content("[data-screen=record] [data-slot=number]")
        self.page.click("[data-screen=record] >> text=Next plate")
        return number

    def all_sent(self) -> None:
        """Wait until nothing waits."""
        self.page.wait_for_selector(SENT)


def photo(n: int) -> dict:
    """A picture unlike every other."""
    out = io.BytesIO()
    Image.new("RGB", (16, 12), (n, 255 - n, 128)).save(out, "PNG")
    return {"name": f"{n}.png", "mimeType": "image/png", "buffer": out.getvalue()}


@pytest.fixture
def phone(visitor, session_of) -> Callable[..., Phone]:
    """Bob's phone, or another's."""

    def opening(email: str = "bob@harbor.example") -> Phone:
        return Phone(visitor(session=session_of(email), **PHONE))

    return opening


def arrived(numbers: list[str]) -> SimpleNamespace:
    """What came of citations by their numbers."""
    citations = list(Citation.objects.filter(number__in=numbers).order_by("issued_at"))
    records = FieldRecord.objects.filter(citation__in=citations)
    return SimpleNamespace(
        numbers=[one.number for one in citations],
        plates=[one.plate_text for one in citations],
        notes=[one.note for one in citations],
        photos=[one.photos.count() for one in citations],
        records=records.count(),
        offline=records.filter(is_offline=True).count(),
    )


def posted(request) -> int:
    """Bring a request to the server as it is; returns the status of the answer."""
    parts = urlsplit(request.url)
    heads = {**request.all_headers(), "host": parts.netloc}
    line = HTTPConnection("127.0.0.1", parts.port)
    line.request("POST", parts.path, request.post_data_buffer, heads)
    status = line.getresponse().status
    line.close()
    return status


def shift(phone: Phone, count: int, kills: set[int]) -> list[str]:
    """Write `count` citations without a line; the tab is killed over some of them, half written.

    Returns their numbers, once they have all come.
    """
    phone.cut()
    written = []
    for n in range(count):
        phone.begin(n)
        if n in kills:
            phone.kill()
            assert phone.page.input_value("#app-note") == f"Row {n}"
            phone.page.wait_for_selector("[data-photos] img")
        written.append(phone.write())
    assert phone.page.text_content("[data-sent]").endswith("not yet sent")
    assert len(set(written)) == count
    assert all(written)
    # The first answer is lost on its way: the phone sends again what the office has.
    lost: list[int] = []

    def lose(route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(posted(route.request))
            route.abort()

    phone.watched.context.route("**/field/offline/records/", lose)
    phone.cut(False)
    # A phone that is sending hears nothing of the line; by itself it would send again in half a minute.
    for _ in range(100):
        phone.page.evaluate("window.dispatchEvent(new Event('online'))")
        if phone.page.locator(SENT).count():
            break
        phone.page.wait_for_timeout(300)
    phone.all_sent()
    assert lost == [200]
    found = arrived(written)
    assert found.numbers == written == sorted(written)
    assert found.plates == [f"OFF {n:03}" for n in range(count)]
    assert found.notes == [f"Row {n}" for n in range(count)]
    assert found.photos == [1] * count
    assert found.records == found.offline == count
    return written


def test_a_short_shift_without_a_line(phone):
    shift(phone(), 5, {2})


@pytest.mark.slow
def test_a_whole_shift_without_a_line(phone, visitor, session_of):
    """Thirty citations with photos, the tab killed twice; the numbers are in order without a gap, and
    a reviewer decides an appeal against one of them."""
    written = shift(phone(), 30, {7, 19})
    places = [int(number.split("-")[2]) for number in written]
    assert places == list(range(places[0], places[0] + 30))
    for year in numbers.years():
        assert (numbers.tally(year).gaps, numbers.gaps(year)) == (0, [])
    appeal(visitor().page, written[11], plate="OFF 011")
    decide(visitor(session=session_of("rita@harbor.example")).page, written[11])
    standing = citing.standing_of(citing.citation(written[11]), at=timezone.now())
    assert (standing.status, standing.owed.minor) == ("dismissed", 0)


def appeal(page, number: str, *, plate: str) -> None:
    """Find a citation by its plate, as who got it does, and appeal it."""
    page.goto("/citations/")
    page.fill("[name=number]", number)
    page.fill("[name=fact]", plate)
    page.click("main button.button--primary")
    page.wait_for_url(f"**/citations/{number}/")
    page.goto(f"/citations/{number}/appeal/")
    page.check("[name=grounds][value=other]")
    page.fill("[name=text]", "The sign was covered by snow.")
    page.fill("[name=name]", "Dana Driver")
    page.fill("[name=email]", "dana@person.test")
    page.get_by_role("button", name="File the appeal").click()
    page.wait_for_url(lambda url: not url.endswith("/appeal/"))


def decide(page, number: str) -> None:
    """Find the appeal in the queue, look at the phone's photo, and decide for who appealed."""
    page.goto("/office/appeals/")
    page.get_by_role("link", name=Appeal.objects.get(citation__number=number).number).first.click()
    page.wait_for_selector("img[alt='Photo 1 of the vehicle']")
    page.check("[name=outcome][value=dismissed]")
    page.select_option("[name=reason_code]", index=0)
    page.fill("po-wordings [name=text]", "The photo shows the sign covered.")
    page.get_by_role("button", name="Decide and tell the appellant").click()
    page.wait_for_function("() => !document.querySelector('[name=outcome]')")


def test_l7_the_line_drops_in_the_middle(phone):
    """It is set to ask the office; the answer does not come, and the phone's own list is asked."""
    opened = phone()
    opened.watched.context.route("**/field/offline/records/", lambda route: route.abort())
    assert opened.look("DROP 1") == "Not authorized"
    assert "From this phone's list" in opened.page.text_content("[data-slot=source]")
    assert "old" in opened.page.text_content("[data-line-told]")
    opened.watched.context.unroute("**/field/offline/records/")


def test_nobody_sends_in_anothers_name(phone, session_of):
    opened = phone()
    opened.cut()
    opened.begin(90)
    number = opened.write()
    opened.watched.context.clear_cookies()
    opened.cut(False)
    opened.page.evaluate("window.dispatchEvent(new Event('online'))")
    opened.page.wait_for_selector("[data-screen=signin]:not([hidden])")
    opened.watched.sign_in(session_of("alice@harbor.example"))
    opened.kill()
    opened.page.wait_for_timeout(500)
    assert not Citation.objects.filter(number=number).exists()
    assert "not yet sent" in opened.page.text_content("[data-sent]")
    opened.watched.sign_in(session_of("bob@harbor.example"))
    opened.kill()
    opened.all_sent()
    citation = Citation.objects.get(number=number)
    assert citation.officer_ref == str(person("bob@harbor.example").pk)


def test_a_shift_ends_once_everything_is_sent_and_nothing_stays(phone):
    opened = phone()
    page = opened.page
    page.click("[data-zone]")
    page.click("[name=shift]")
    page.wait_for_selector("text=On since")
    opened.cut()
    page.click("[href='#queue']")
    page.click("[data-screen=queue] >> text=Check plate")
    opened.begin(91)
    opened.write()
    page.click("[data-zone]")
    page.click("[name=shift]")
    page.wait_for_selector("[data-fault]:not([hidden]) >> text=not yet sent")
    assert Shift.objects.filter(ended_at=None).count() == 1
    opened.cut(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    opened.all_sent()
    page.click("[name=shift]")
    page.wait_for_selector("text=Start it so that the office sees")
    assert not Shift.objects.filter(ended_at=None).exists()
    device = AllottedNumber.objects.get(citation__plate_text="OFF 091").device
    left = AllottedNumber.objects.filter(device=device, citation=None)
    assert left.exists()
    assert not left.filter(returned_at=None).exists()
    page.click("[name=sign-out]")
    page.wait_for_url(re.compile(r"^[^#]*/$"))
    assert page.evaluate("caches.keys()") == []
    page.goto("/field/app/")
    assert "/account/login/" in page.url


def test_a_stop_with_several_violations_and_a_car_without_a_plate(phone):
    opened = phone()
    page = opened.page
    opened.cut()
    opened.begin(70)
    page.click("text=More than one violation")
    page.check("[name=also][value=FIRE-LANE]")
    page.fill("#app-public", "Move it to row 4.")
    first = opened.write()
    page.click("[name=no-plate]")
    page.wait_for_selector("[data-screen=verdict]:not([hidden]) >> text=A car without a plate")
    page.check("[name=violation][value=FIRE-LANE]")
    page.click("text=Write citation")
    page.wait_for_selector("text=Write the VIN, or describe the vehicle")
    page.fill("[name=vehicle]", "Grey van, no doors")
    opened.kill()
    page = opened.page
    assert page.input_value("[name=vehicle]") == "Grey van, no doors"
    second = opened.write()
    opened.cut(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    opened.all_sent()
    stop, bare = Citation.objects.get(number=first), Citation.objects.get(number=second)
    assert (stop.codes, stop.public_note) == (("NO-PERMIT", "FIRE-LANE"), "Move it to row 4.")
    assert (bare.plate_missing, bare.vehicle, bare.plate_key) == (True, "Grey van, no doors", "")


def test_what_was_not_taken_is_put_right_with_all_that_was_written(phone):
    """The office asks back; the officer opens it, everything is there, and it arrives with its number."""
    opened = phone()
    page = opened.page
    opened.cut()
    opened.begin(80)
    number = opened.write()
    asked = {"status": "incomplete", "questions": [{"field": "plate", "message": "Which plate?"}]}

    def ask(route) -> None:
        sent = route.request.post_data_json["records"]
        told = {"results": [{"id": one["id"], **asked} for one in sent]}
        route.fulfill(json=told)

    page.route("**/field/offline/records/", ask)
    opened.cut(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("[data-sent] >> text=1 not taken")
    page.unroute("**/field/offline/records/")
    page.click("[href='#queue']")
    page.click("[data-problems] >> text=Citation")
    page.wait_for_selector("[data-screen=record] >> text=Which plate?")
    page.click("[name=again]")
    page.wait_for_selector("[data-screen=verdict]:not([hidden]) >> text=Put it right")
    opened.kill()
    page = opened.page
    assert (page.input_value("#app-note"), page.input_value("#app-plate")) == ("Row 80", "OFF 080")
    page.wait_for_selector("[data-photos] img")
    page.fill("#app-plate", "OFF 081")
    assert opened.write() == number
    opened.all_sent()
    citation = Citation.objects.get(number=number)
    assert (citation.plate_text, citation.note, citation.photos.count()) == ("OFF 081", "Row 80", 1)
