"""A customer waits on a phone for a sale that many want, and sees where they stand."""

from datetime import timedelta

import pytest
import yaml
from django.core.cache import cache
from django.utils import timezone

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.programme import load
from parkops.programme import operations as programme
from permits import operations
from permits.models import Draw
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.browser


def look(watched, name: str) -> None:
    watched.keep_picture(name)
    assert watched.faults() == []


def test_from_the_door_to_the_receipt(visitor, session_of, served):
    now = timezone.now()
    source = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
    kind = {
        "grants": [{"zones": ["LOT-B"]}],
        "term": {"kind": "rolling", "months": 1},
        "price": {"base": "90.00"},
        "quota": {"total": 2},
        "waitlist": {"offer": "2d"},
        "vehicles": {"max": 1},
    }
    begins, ends = (f"{now + timedelta(days=d):%Y-%m-%d 08:00}" for d in (-2, 2))
    lot = {"lottery": {"from": begins, "to": ends}}
    sale = {"from": ends, "waiting_room": {"opens": "3d", "at_once": 1}}
    source["permit_types"] += [
        {"code": "RUSH", "name": "Garage", "on_sale": sale, **kind},
        {"code": "LOT", "name": "Harbor view", "on_sale": lot, **kind},
    ]
    loaded = load.load(yaml.safe_dump(source, sort_keys=False).encode(), "rush.yaml")
    programme.apply_version(loaded, begins_at=None, by=SYSTEM, at=now)
    for n in range(3):
        early = customers.register_customer(email=f"c{n}@example.test", by=SYSTEM, at=now)
        operations.enter_room(type_code="RUSH", customer_id=early.pk, by=SYSTEM, at=now)

    phone = visitor(session=session_of("dana@customer.example"), width=360)
    phone.page.goto("/permits/room/RUSH/")
    look(phone, "room-door")
    phone.page.get_by_role("button", name="Come in and wait").click()
    phone.page.get_by_text("You are in the waiting room.").wait_for()
    look(phone, "room-inside")
    line = phone.page.url
    phone.page.goto("/permits/lottery/LOT/")
    look(phone, "lottery-door")
    phone.page.get_by_role("button", name="Enter", exact=True).click()
    phone.page.get_by_text("You have entered.").wait_for()
    look(phone, "lottery-entered")

    Draw.objects.filter(kind="room").update(draws_at=now - timedelta(minutes=1))
    operations.move_up(Draw.objects.get(kind="room").pk, at=now)
    cache.clear()
    phone.page.goto(line)
    look(phone, "room-line")
    phone.page.get_by_text("Your receipt").click()
    phone.page.get_by_role("link", name="Check the draw").click()
    phone.page.get_by_text("This entry was drawn as number").wait_for()
    look(phone, "draw-checked")
