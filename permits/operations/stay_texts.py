"""Parking by text: what a phone asks for is done and answered."""

from datetime import datetime

from django.db import connection, transaction

from parkops.kernel.actors import Actor
from parkops.kernel.dates import Duration
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import Text, joined, say
from parkops.messaging.models import Phone
from parkops.messaging.texts import operations as texts
from parkops.programme import queries as programme
from parkops.programme.schema import Programme
from parkops.ui.language import spoken_to
from parkops.ui.speech import said
from payments import gateways
from permits.models import ParkingSession, StayOrder
from permits.operations import stay_orders
from permits.operations.text_notices import link
from permits.queries import stay_pages
from permits.queries.stays import back_if_stopped, price
from permits.rules import texting
from permits.rules.plates import read_plates
from permits.rules.texting import Asked

BY_TEXT = Actor("public", "", "A visitor by text")


def answer(phone: Phone, words: str, at: datetime) -> str:
    """Do what a locked phone asks for and return the answer in its language; "" for none.

    A phone that opted out gets no answer; it may end its session and opt in again.
    """
    asked = texting.read(words)
    if asked.language and asked.language != phone.language:
        texts.speak(phone, asked.language)
    if phone.stopped_at is not None and asked.act not in ("start", "end"):
        return ""
    try:
        with transaction.atomic():
            told = _ACTS[asked.act](phone, asked, at)
    except Refused as refusal:
        told = refusal.reason
    with spoken_to(phone.language):
        return str(said(told)) if phone.stopped_at is None or asked.act == "stop" else ""


def _park(phone: Phone, asked: Asked, at: datetime) -> str:
    """Ask for a stay in place of one that was asked for and is not paid; one session a phone."""
    if asked.wrong is not None:
        return asked.wrong
    plate = read_plates([asked.plate])[0]
    for order in _open_orders(phone):
        is_same = (order.zone_code.lower(), order.plate_key, _minutes(order)) == (
            asked.zone.lower(),
            plate.key,
            asked.minutes,
        )
        if order.stay_id is None and is_same and order.expires_at > at:
            return _to_pay(order)
        stay_orders.give_up_order(order.number, at=at)
    running = _running(phone, at)
    if running is not None:
        raise Refused(
            "parks_already",
            say(
                "{plate} parks in {zone} until {until} already. "
                "Text EXTEND 30 to park longer, or END to end it first.",
                plate=running.plate_text,
                zone=running.zone_code,
                until=_clock(running.ends_at, _rules(running)),
            ),
        )
    places = stay_pages.paid_zones(at=at)
    place = next((one for one in places if one.zone.code.lower() == asked.zone.lower()), None)
    if place is None:
        raise Refused(
            "unknown_zone",
            say(
                "In {zone} nobody pays by the hour. The zone's code is on the sign.",
                zone=asked.zone,
            ),
        )
    order = stay_orders.order_stay(
        plate=plate,
        zone_code=place.zone.code,
        minutes=asked.minutes,
        phone=phone.number,
        language=phone.language,
        by=BY_TEXT,
        at=at,
    )
    if order.settled_at is not None:
        return ""  # It runs, and `tell` has said so.
    _require_cards()
    return _to_pay(order)


def _extend(phone: Phone, asked: Asked, at: datetime) -> str:
    if asked.wrong is not None:
        return asked.wrong
    stay = _running(phone, at)
    if stay is None:
        return _nothing_runs()
    rules = _rules(stay)
    order = stay_orders.order_extension(stay.number, minutes=asked.minutes, by=BY_TEXT, at=at)
    until = _clock(order.ends_at, rules)
    if order.settled_at is not None:
        return say(
            "{plate} may park in {zone} until {until}. This costs nothing more.",
            plate=stay.plate_text,
            zone=stay.zone_code,
            until=until,
        )
    _require_cards()
    more = rules.money(order.net_minor + order.tax_minor - stay.net_minor - stay.tax_minor)
    return joined(
        [
            say(
                "{plate} in {zone} until {until}: {price} more.",
                plate=stay.plate_text,
                zone=stay.zone_code,
                until=until,
                price=more,
            ),
            *_because(order, rules),
            say("It holds once it is paid: {link}", link=link(order.number)),
        ]
    )


def _end(phone: Phone, _asked: Asked, at: datetime) -> str:
    stay = _running(phone, at)
    if stay is not None:
        back = back_if_stopped(stay, at=at)
        stopped = stay_orders.stop_stay(stay.number, by=BY_TEXT, at=at)
        return joined(
            [
                say(
                    "The session of {plate} in {zone} ended at {until}.",
                    plate=stopped.plate_text,
                    zone=stopped.zone_code,
                    until=_clock(at, _rules(stopped)),
                ),
                _given_back(back),
            ]
        )
    given_up = [stay_orders.give_up_order(order.number, at=at) for order in _open_orders(phone)]
    if any(given_up):
        return say("What you asked for is given up. Nothing is charged.")
    return _nothing_runs()


def _stop(phone: Phone, _asked: Asked, at: datetime) -> str:
    texts.stop(phone, at=at)
    return say(
        "{tenant} sends you no more texts. A session that runs goes on until its end. "
        "Text START to get texts again.",
        tenant=_tenant(),
    )


def _start(phone: Phone, _asked: Asked, _at: datetime) -> str:
    texts.start(phone)
    return say("{tenant} answers your texts again. {help}", tenant=_tenant(), help=_how())


def _help(_phone: Phone, _asked: Asked, _at: datetime) -> str:
    return say("{tenant} parking: {help}", tenant=_tenant(), help=_how())


def _unknown(_phone: Phone, _asked: Asked, _at: datetime) -> str:
    return say("That was not understood. {help}", help=_how())


def _how() -> Text:
    return say(
        "Text PARK, zone, plate and time (PARK 104 ABC123 2H). EXTEND 30 parks longer, END ends "
        "the session, STOP ends all texts. Carrier rates may apply."
    )


def _nothing_runs() -> Text:
    return say("No session of this phone runs. Text PARK 104 ABC123 2H to start one.")


def _given_back(back: Money) -> Text:
    if back:
        return say("{back} goes back the way it was paid.", back=back)
    return say("What was asked for stays charged.")


def _to_pay(order: StayOrder) -> Text:
    """Say what a stay that was asked for costs, why, and where it is paid."""
    rules = _rules(order)
    return joined(
        [
            say(
                "{plate} in {zone}, {span}: {price}.",
                plate=order.plate_text,
                zone=order.zone_code,
                span=Duration(minutes=_minutes(order)).text,
                price=rules.money(order.net_minor + order.tax_minor),
            ),
            *_because(order, rules),
            say("It starts once it is paid: {link}", link=link(order.number)),
        ]
    )


def _because(order: StayOrder, rules: Programme) -> tuple[str, ...]:
    return price(rules, order.zone_code, order.starts_at, order.ends_at).because


def _require_cards() -> None:
    if not gateways.takes_cards(connection.tenant):
        raise Refused("cards_not_set_up", say("Card payments are not set up here."))


def _running(phone: Phone, at: datetime) -> ParkingSession | None:
    rows = ParkingSession.objects.filter(phone=phone.number, ends_at__gt=at, stopped_at=None)
    return rows.order_by("-pk").first()


def _open_orders(phone: Phone) -> list[StayOrder]:
    rows = StayOrder.objects.filter(phone=phone.number, settled_at=None, lapsed_at=None)
    return list(rows.order_by("pk"))


def _minutes(order: StayOrder) -> int:
    return int((order.ends_at - order.starts_at).total_seconds() // 60)


def _rules(stay: ParkingSession | StayOrder) -> Programme:
    return programme.version(stay.programme_version).programme


def _clock(instant: datetime, rules: Programme) -> str:
    return f"{instant.astimezone(rules.tz):%H:%M}"


def _tenant() -> str:
    return getattr(connection.tenant, "name", "")


_ACTS = {
    "park": _park,
    "extend": _extend,
    "end": _end,
    "stop": _stop,
    "start": _start,
    "help": _help,
    "unknown": _unknown,
}
