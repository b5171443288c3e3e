"""The regulations of a stretch of curb as a programme reads them: by priority, and what remains unsaid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from parkops.kernel import week
from parkops.kernel.dates import Duration
from parkops.kernel.money import Money
from parkops.kernel.window_forms import write_windows
from parkops.kernel.windows import Window, describe
from parkops.programme.imports.curb_times import Inexpressible, Known, windows_of
from parkops.programme.imports.found import text_of, whole_between

CLOSED, PAID, LIMITED, FREE = "closed", "paid", "limited", "free"
FORBIDDEN = ("no parking", "no standing", "no loading", "no stopping")
LONGEST_STAY = 31 * 24 * 60

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Regulation:
    """A regulation as a programme reads it: what holds when, and what could not be said."""

    label: str
    effect: str
    windows: tuple[Window, ...]
    stay: int | None
    rates: tuple[Plain, ...]
    rank: int
    notes: tuple[str, ...]
    is_parking: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What regulations are read by: the feed's priorities, and what the programme has."""

    priorities: tuple[str, ...]
    known: Known
    currency: str
    pays_in: str


def read_regulation(regulation: Plain, terms: Terms) -> Regulation:
    """Return a regulation as a programme reads it.

    :raises Inexpressible: if no programme can say when it holds or what it is about.
    """
    rule = regulation.get("rule")
    rule = rule if isinstance(rule, dict) else {}
    activity = text_of(rule.get("activity")).casefold()
    category = text_of(rule.get("priorityCategory")).casefold()
    ranks = [priority.casefold() for priority in terms.priorities]
    windows = windows_of(regulation.get("timeSpans"), terms.known)
    label, users, stay = label_of(regulation), _users(regulation), _stay(rule)
    notes: list[str] = []
    effect = FREE
    rates: tuple[Plain, ...] = ()
    if activity in FORBIDDEN:
        effect = CLOSED
    elif activity in ("parking", "standing", "loading"):
        rates, notes = _rates(regulation, windows, stay, terms, label)
        effect = PAID if rates else LIMITED if stay else FREE if activity == "parking" else CLOSED
        if users:
            effect, rates = CLOSED, ()
            notes = [f"{label}: only for {users}; grant the zone by a permit type they have."]
        elif activity != "parking":
            notes.append(f"{label}: anyone may stay; a zone does not see whether a car is loading.")
    else:
        raise Inexpressible(f"{activity[:40] or 'nothing'} is no activity that is read here")
    return Regulation(
        label=label,
        effect=effect,
        windows=windows,
        stay=stay,
        rates=rates,
        rank=ranks.index(category) if category in ranks else len(ranks),
        notes=tuple(notes),
        is_parking=activity == "parking",
    )


def _rates(
    regulation: Plain, windows: tuple[Window, ...], stay: int | None, terms: Terms, label: str
) -> tuple[tuple[Plain, ...], list[str]]:
    """The rates of a regulation, and what of its prices no rate can say."""
    payment = regulation.get("payment")
    listed = payment.get("rates") if isinstance(payment, dict) else None
    parts = [part for part in listed if part] if isinstance(listed, list) else [listed or {}]
    rates, notes = [], []
    for part in [part for part in parts if isinstance(part, dict) and part]:
        try:
            when = windows
            if part.get("timeSpans"):
                when = windows_of(part["timeSpans"], terms.known)
            rate = {"windows": when, "per_hour": _per_hour(part, terms)}
            rates.append(rate | ({"max": str(Duration(minutes=stay))} if stay else {}))
        except Inexpressible as fault:
            notes.append(f"{label}: {fault}.")
    rule = regulation.get("rule")
    if isinstance(rule, dict) and rule.get("payment") and not rates and not notes:
        notes.append(f"{label}: one pays, and the feed does not say how much.")
    return tuple(rates), notes


def _per_hour(rate: Plain, terms: Terms) -> str:
    if terms.pays_in.upper() != terms.currency:
        raise Inexpressible(f"its prices are in {terms.pays_in[:10]}, not in {terms.currency}")
    try:
        fees = [Decimal(str(fee)) for fee in rate.get("fees") or []]
        minutes = [Decimal(str(part)) for part in rate.get("durations") or []]
        hourly = {fee * 60 / part for fee, part in zip(fees, minutes, strict=True)}
    except (InvalidOperation, ValueError, ArithmeticError, TypeError):
        raise Inexpressible("its prices cannot be read") from None
    if len(hourly) != 1:
        raise Inexpressible("its price changes with the length of the stay; a rate has one an hour")
    amount = hourly.pop()
    try:
        per_hour = Money.parse(f"{amount.normalize():f}", terms.currency)
    except ValueError:
        raise Inexpressible(f"{amount:.4f} an hour is no price in {terms.currency}") from None
    if per_hour.minor < 0:
        raise Inexpressible("its price is less than nothing")
    return str(per_hour.amount)


def in_order(read: Sequence[Regulation]) -> list[Regulation]:
    """Return the regulations, each without the hours at which one of a higher priority holds."""
    ordered: list[Regulation] = []
    for regulation in sorted(read, key=lambda part: part.rank):
        higher = [part for part in ordered if part.rank < regulation.rank]
        above = week.spans(window for part in higher for window in part.windows)
        windows = regulation.windows
        if above and week.overlaps(week.spans(windows), above):
            windows = week.paint(windows, above, on=False)
        rates = tuple(
            {**rate, "windows": week.paint(rate["windows"], above, on=False)}
            if week.overlaps(week.spans(rate["windows"]), above)
            else rate
            for rate in regulation.rates
        )
        rates = tuple(rate for rate in rates if rate["windows"])
        ordered.append(replace(regulation, windows=windows, rates=rates))
    return ordered


def rules_of(regulations: Sequence[Regulation]) -> tuple[Plain, list[Plain], list[str]]:
    """Return the zone's windows and stay, its rates, and what stands in their way."""
    by_effect = {
        effect: [part for part in regulations if part.effect == effect and part.windows]
        for effect in (CLOSED, PAID, LIMITED)
    }
    kept, notes = [*by_effect[CLOSED], *by_effect[PAID]], []
    rules: Plain = {}
    if by_effect[LIMITED] and by_effect[PAID]:
        loading = [part for part in by_effect[LIMITED] if not part.is_parking]
        kept += loading
        notes += [
            f"{part.label}: closed then to all without a permit, because others pay here."
            if part in loading
            else f"{part.label}: left out, because others pay here: nobody stays without paying."
            for part in by_effect[LIMITED]
        ]
    elif by_effect[LIMITED]:
        longest = max(by_effect[LIMITED], key=lambda part: _minutes(part.windows))
        kept = [part for part in by_effect[LIMITED] if part.stay == longest.stay]
        rules["max_stay"] = str(Duration(minutes=longest.stay or 0))
        notes += [
            f"{part.label}: left out, because the zone has one longest stay, {rules['max_stay']}."
            for part in [*by_effect[CLOSED], *by_effect[LIMITED]]
            if part not in kept
        ]
    windows = _joined([window for part in kept for window in part.windows])
    if windows:
        rules = {"enforced": write_windows(windows), **rules}
    rates = [
        {"when": write_windows(_joined(rate["windows"])), **_price(rate)}
        for part in by_effect[PAID]
        for rate in part.rates
    ]
    return rules, rates, notes


def _joined(windows: Sequence[Window]) -> tuple[Window, ...]:
    """The windows with the days of the same hours, exceptions and season together."""
    special = week.special(windows)
    groups = dict.fromkeys(w.exceptions for w in windows if not week.is_special(w))
    weekly = [
        window
        for exceptions in groups
        for window in week.windows_of(
            week.spans(w for w in windows if w.exceptions == exceptions), exceptions
        )
    ]
    return (*weekly, *dict.fromkeys(special))


def _price(rate: Plain) -> Plain:
    return {key: value for key, value in rate.items() if key != "windows"}


def _minutes(windows: Sequence[Window]) -> int:
    return sum(span.end - span.start for span in week.spans(windows))


def _stay(rule: Plain) -> int | None:
    return whole_between(rule.get("maxStay"), 1, LONGEST_STAY)


def label_of(regulation: Plain) -> str:
    """Return what a regulation is called: "Paid parking, Mon-Sat 08:00-19:00"."""
    rule = regulation.get("rule")
    rule = rule if isinstance(rule, dict) else {}
    name = text_of(rule.get("priorityCategory"))[:40] or text_of(rule.get("activity"))[:40]
    name = name or "A regulation"
    try:
        times = windows_of(_bare_times(regulation.get("timeSpans")), Known())
    except Inexpressible:
        times = ()
    told = describe(times) if times else ""
    name = name[0].upper() + name[1:]
    return f"{name}, {told}" if told not in ("", "always") else name


def _bare_times(spans: Any) -> Any:
    keys = ("daysOfWeek", "timesOfDay")
    parts = spans if isinstance(spans, list) else []
    return [{key: part.get(key) for key in keys} for part in parts if isinstance(part, dict)]


def _users(regulation: Plain) -> str:
    classes = regulation.get("userClasses")
    told = []
    for part in classes if isinstance(classes, list) else []:
        if isinstance(part, dict):
            for key in ("classes", "subclasses"):
                listed = part.get(key)
                told += [
                    text_of(name)[:40] for name in (listed if isinstance(listed, list) else [])
                ]
            told += [key for key in part if key.startswith(("max", "min"))]
    return ", ".join(name.replace("_", " ") for name in told if name)
