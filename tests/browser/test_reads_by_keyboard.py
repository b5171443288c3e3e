"""A reviewer works through what cameras are not sure of without a mouse."""

import pytest
from django.db import connection
from django.utils import timezone

from enforcement.cameras import operations
from enforcement.cameras.models import PlateRead
from enforcement.cameras.reads import Read
from parkops.kernel.actors import SYSTEM
from tests.conftest import _tenant

pytestmark = pytest.mark.browser


def test_keys_go_on_accept_correct_and_reject(served, visitor, session_of):
    connection.set_tenant(_tenant("harbor"))
    at = timezone.now()
    camera = operations.add_camera(name="Gate", vendor="rekor", zone="LOT-A", by=SYSTEM, at=at)
    reads = [Read(plate, at, 0.6, event=plate) for plate in ("AAA111", "BBB222", "CCC333")]
    operations.take_in(camera.camera.pk, reads, digest="", at=at)
    page = visitor(session=session_of("rita@harbor.example")).page
    page.goto("/office/plate-reads/")
    page.click("text=Review them")

    for key, plate in (("j", "BBB222"), ("k", "AAA111"), ("a", "BBB222")):
        page.wait_for_selector("po-hotkeys:defined", state="attached")
        page.keyboard.press(key)
        page.wait_for_selector(f".page__head :text('{plate}')")
    page.wait_for_selector("po-hotkeys:defined", state="attached")
    page.keyboard.press("c")
    page.keyboard.type("BB8222")  # keys that are shortcuts elsewhere are letters here
    page.keyboard.press("Enter")
    page.wait_for_selector(".page__head :text('CCC333')")
    page.wait_for_selector("po-hotkeys:defined", state="attached")
    page.keyboard.press("r")
    page.keyboard.type("A shadow")
    page.keyboard.press("Enter")
    page.wait_for_url("**/office/plate-reads/")
    told = PlateRead.objects.order_by("pk").values_list("state", "settled_text", "reason")
    assert list(told) == [
        ("accepted", "AAA111", ""),
        ("corrected", "BB8222", ""),
        ("rejected", "", "A shadow"),
    ]
