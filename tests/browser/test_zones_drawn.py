"""A zone drawn on the map and its week painted, by hand in a browser."""

import json

import pytest
from django.urls import reverse

from tests.browser.conftest import person
from tests.conftest import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def office(visitor, served, session_of):
    """A browser of the administrator, with a draft begun."""
    site = Site("harbor")
    site.login_as(person("alice@harbor.example"))
    site.post(reverse("office_programme:draft_start"))
    return visitor(session=session_of("alice@harbor.example"), width=1280)


def saved(code: str) -> dict:
    """The zone as the draft has it."""
    from parkops.programme import parts, queries

    return parts.find(queries.open_draft().document, "zones", code)


def test_an_area_is_drawn_mended_and_saved(office):
    page = office.page
    page.goto("/office/program/draft/zones/LOT-A/place/")
    undo = page.get_by_role("button", name="Undo")
    assert undo.is_disabled()
    page.get_by_role("button", name="Draw an area").click()
    box = page.locator("[data-map]").bounding_box()
    for right, down in [(300, 100), (500, 100), (500, 300), (300, 300)]:
        page.mouse.click(box["x"] + right, box["y"] + down)
    page.get_by_role("button", name="Done").click()
    drawn = json.loads(page.locator("#id_shape").input_value())
    assert drawn["type"] == "Polygon"
    assert len(drawn["coordinates"][0]) == 5
    first = page.get_by_role("button", name="Corner 1 of 4")
    first.focus()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("+")
    moved = json.loads(page.locator("#id_shape").input_value())["coordinates"][0]
    assert moved[0][0] < drawn["coordinates"][0][0][0]
    assert len(moved) == 6
    undo.click()
    assert office.faults() == []
    page.get_by_role("button", name="Save the place").click()
    page.get_by_text("is saved in the draft").wait_for()
    corners = saved("LOT-A")["geometry"]["coordinates"][0]
    assert len(corners) == 5
    assert corners[0] == moved[0]
    office.keep_picture("zone-place-1280")


def test_hours_are_painted_by_dragging_and_moved_by_keys(office):
    page = office.page
    page.goto("/office/program/draft/zones/LOT-A/week/")
    row = page.locator("tr[data-day='5']")
    box, table = row.bounding_box(), page.locator(".week table").bounding_box()
    left = page.locator("tr[data-day='5'] td").first.bounding_box()["x"]
    wide = table["x"] + table["width"] - left
    middle = box["y"] + box["height"] / 2
    page.mouse.move(left + wide * 9 / 24, middle)
    page.mouse.down()
    page.mouse.move(left + wide * 11 / 24, middle, steps=4)
    page.mouse.move(left + wide * 13 / 24, middle, steps=4)
    page.mouse.up()
    chosen = page.locator(".span[aria-current]")
    page.get_by_text("Saved. Chosen: Saturday 09:00 to 13:00").wait_for()
    assert saved("LOT-A")["enforced"] == ["Mon-Fri 07:00-17:30", "Sat 09:00-13:00"]
    chosen.press("ArrowRight")
    chosen.press("Shift+ArrowRight")
    chosen.press("Enter")
    page.get_by_text("Saved. Chosen: Saturday 09:15 to 13:15").wait_for()
    assert saved("LOT-A")["enforced"] == ["Mon-Fri 07:00-17:30", "Sat 09:15-13:15"]
    assert office.faults() == []
    office.keep_picture("zone-week-1280")
