"""Every screen of the officer's app on a small phone, in the sun and in the dark, with the longest there is."""

from types import SimpleNamespace

import pytest
from django.db import connection

from enforcement.cameras import local_reader
from enforcement.cameras.reads import Candidate
from enforcement.models import OfficerPosition
from tests.browser.test_a_shift_offline import Phone, photo
from tests.conftest import _tenant

pytestmark = pytest.mark.browser

LONG = "WWWWWWWWWWWW"
"""The longest plate, of the widest letter."""
SMALL = """() => [...document.querySelectorAll("a, button, summary, input, select, label.choice, label.tick")]
  .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden, .skip"))
  .filter((one) => !(one.matches("input") && one.closest("label")) && !one.closest("p"))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width && (box.height < 43.5 || box.width < 43.5))
  .map(([one, box]) => `${one.outerHTML.slice(0, 90)}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""

WIDE = """() => [...document.querySelectorAll("main *, header *")]
  .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden"))
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => `${one.outerHTML.slice(0, 90)}: to ${Math.round(one.getBoundingClientRect().right)}`)"""


@pytest.fixture
def opened(served, visitor, session_of) -> Phone:
    connection.set_tenant(_tenant("harbor"))
    session = session_of("bob@harbor.example")
    return Phone(visitor(session=session, width=360, has_touch=True))


def test_each_screen_stands(opened):
    """No screen is cut or scrolls sideways, each target is 44 px, also with text of twice the size."""
    page, wrong = opened.page, []

    def look(name: str) -> None:
        for width, scheme, size in ((360, "light", 100), (412, "dark", 100), (360, "light", 200)):
            opened.watched.turn(width=width, scheme=scheme)
            page.evaluate(f"document.documentElement.style.fontSize = '{size}%'")
            said = opened.watched.complaints
            said[:] = [one for one in said if "ERR_INTERNET_DISCONNECTED" not in one]
            faults = opened.watched.faults()
            faults += [f"wide: {one}" for one in page.evaluate(WIDE)]
            if size == 100:
                faults += [f"small: {one}" for one in page.evaluate(SMALL)]
            wrong.extend(f"{name} {width} {scheme} {size}: {fault}" for fault in faults)
            opened.watched.keep_picture(f"app-{name}-{width}-{scheme}-{size}")
        page.evaluate("document.documentElement.style.fontSize = ''")

    opened.cut()
    page.fill("[data-check] [name=plate]", LONG)
    look("check")
    opened.look(LONG)
    page.evaluate(
        """() => {
          for (const name of document.querySelectorAll("[data-options] b, [data-also] b"))
            name.textContent = "Parking in a space for people with disabilities without a placard";
        }"""
    )
    page.set_input_files("[name=photo]", photo(1))
    page.wait_for_selector("[data-photos] img")
    page.click("text=More than one violation")
    look("verdict")
    opened.write()
    page.click("[name=no-plate]")
    page.wait_for_selector("text=A car without a plate")
    look("no-plate")
    page.click("[name=leave]")
    page.click("[href='#queue']")
    look("queue")
    page.click("[data-queue] a >> nth=-1")
    page.wait_for_selector("[data-screen=record]:not([hidden])")
    look("record")
    page.click("[data-zone]")
    look("zones")
    page.evaluate("location.hash = '#signin'")
    page.wait_for_selector("[data-screen=signin]:not([hidden])")
    look("signin")
    assert not wrong, "\n".join(wrong)


def test_the_phone_says_in_which_zone_it_stands(opened):
    """Asked for on a touch only; the zone is chosen by another. With consent the office is told, on a shift."""
    page, context = opened.page, opened.watched.context
    page.click("[data-zone]")
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 42.15, "longitude": -71.05})
    page.click("[name=find]")
    page.wait_for_selector("[data-found] >> text=You are in LOT-A North lot.")
    page.click("[data-here] [data-code=LOT-A]")
    page.wait_for_selector("[data-screen=check]:not([hidden])")
    assert page.text_content("[data-zone]") == "LOT-A North lot"
    page.click("[data-zone]")
    page.click("[data-zones] [data-code=LOT-B]")
    page.wait_for_selector("[data-elsewhere]:not([hidden]) >> text=LOT-A")
    page.click("[data-zone]")
    page.click("[name=shift]")
    with page.expect_response("**/field/position/") as answer:
        page.check("[name=shares]")
    assert answer.value.status == 204
    (place,) = OfficerPosition.objects.all()
    assert (place.lat, place.lon) == (42.15, -71.05)
    with page.expect_response("**/field/position/sharing/"):
        page.uncheck("[name=shares]")
    page.wait_for_function("() => !document.querySelector('[name=shares]').checked")
    assert not OfficerPosition.objects.exists()


def test_the_offices_reader_reads_the_plate_for_the_phone(opened, monkeypatch, settings):
    """The plate is filled in to be looked at; nothing is checked."""
    found = [Candidate("ABC123", 0.934)]
    monkeypatch.setattr(local_reader, "reader", lambda: SimpleNamespace(read=lambda image: found))
    settings.PLATE_MODELS = "models"
    page = opened.page
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("po-scan:not([hidden]) >> text=Scan the plate")
    page.set_input_files("po-scan input", photo(1))
    page.wait_for_selector("text=Read ABC123, 93 % sure. Look before you check.")
    assert page.input_value("[data-check] [name=plate]") == "ABC123"
    found.clear()
    page.set_input_files("po-scan input", photo(2))
    page.wait_for_selector("text=No plate was found on it.")
