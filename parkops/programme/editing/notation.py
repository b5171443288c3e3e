"""Fields for what the file has several notations of: windows, dates, conditions, spans."""

import re
from typing import Any

from parkops.kernel.numbers import whole
from parkops.kernel.window_forms import KEYS
from parkops.programme.editing.shape import ABSENT, Group, Leaf, Rows

WHEN_WORDS = {"always": "Always", "never": "Never", "windows": "At these times"}


def times(key: str, label: str, *, hint: str = "", never: bool = False) -> Group:
    """Return the fields of windows: always, at these times, or (`never`) never."""
    modes = [*(["never"] if never else []), "always", "windows"]
    return Group(
        key,
        (
            Leaf(
                "mode",
                label,
                hint,
                kind="radio",
                options=tuple((mode, WHEN_WORDS[mode]) for mode in modes),
                default=modes[0],
            ),
            Rows(
                "windows",
                (
                    Leaf("days", "Days", "Mon-Fri, or Mon,Wed. Empty: every day."),
                    Leaf("hours", "Hours", "07:00-17:30. Empty: all day."),
                    Leaf("weeks", "Weeks", "1,3: the first and third such day. Empty: every week."),
                    Leaf(
                        "dates",
                        "Dates",
                        kind="choice",
                        options=(("odd", "Odd dates"), ("even", "Even dates")),
                    ),
                    Leaf("season", "Season", "12-01..04-01. Empty: all year."),
                    Leaf("except", "Not on", kind="codes", options="calendars"),
                    Leaf("during", "Only while on", kind="choice", options="events"),
                ),
                label="Times",
                one="time",
                when="windows",
            ),
        ),
        needed=True,
        unfold=lambda value: _windows_shown(value, "never" if never else "always"),
        fold=_windows_read,
        aliases=dict.fromkeys(KEYS, "windows"),
    )


def _windows_shown(value: Any, otherwise: str) -> dict[str, Any]:
    if value is ABSENT or value is None:
        return {"mode": otherwise}
    if value == "always":
        return {"mode": "always"}
    if value == []:
        return {"mode": "never"}
    items = value if isinstance(value, list) else [value]
    return {"mode": "windows", "windows": [_window_shown(item) for item in items]}


def _window_shown(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        shown = dict(value)
        if isinstance(shown.get("days"), list):
            shown["days"] = ",".join(str(day) for day in shown["days"])
        if isinstance(shown.get("weeks"), list | int):
            weeks = shown["weeks"] if isinstance(shown["weeks"], list) else [shown["weeks"]]
            shown["weeks"] = ",".join(str(week) for week in weeks)
        if isinstance(shown.get("except"), str):
            shown["except"] = [shown["except"]]
        return shown
    words = re.sub(r"\s*([,-])\s*", r"\1", str(value).strip()).split()
    hours = [word for word in words if word[:1].isdigit()]
    days = [word for word in words if not word[:1].isdigit() and word.casefold() != "always"]
    return {k: " ".join(v) for k, v in (("days", days), ("hours", hours)) if v}


def _windows_read(value: dict[str, Any]) -> Any:
    mode = value.get("mode")
    if mode == "never":
        return ABSENT
    if mode != "windows":
        return "always"
    windows = [_window_read(row) for row in value.get("windows", [])]
    return windows[0] if len(windows) == 1 else windows or ""


def _window_read(row: dict[str, Any]) -> Any:
    if row.keys() <= {"days", "hours"}:
        return " ".join(row[key] for key in ("days", "hours") if key in row) or "always"
    return row


def days(key: str) -> Rows:
    """Return the fields of a calendar: single dates and ranges."""
    return Rows(
        key,
        (
            Leaf("from", "From", kind="date", needed=True),
            Leaf("to", "To, included", "Empty: one day.", kind="date"),
        ),
        label="Dates",
        one="date",
        none="No date yet.",
        unfold=lambda value: (
            [day if isinstance(day, dict) else {"from": day} for day in value]
            if isinstance(value, list)
            else []
        ),
        fold=lambda rows: [row["from"] if row.keys() == {"from"} else row for row in rows],
    )


def conditions(hint: str = "") -> Group:
    """Return the fields of an `if`."""
    return Group(
        "if",
        (
            Leaf("vehicle.fuel", "Vehicle runs on", kind="choice", options="fuels"),
            Leaf(
                "customer.permits", "Other permits of this type", "Such as >=1. Empty: any number."
            ),
            Leaf(
                "address.permits",
                "Permits of this type at the address",
                "Such as >=2. Empty: any number.",
            ),
            Leaf("customer.audience", "Group", kind="choice", options="audiences"),
            Leaf("vehicle.co2", "CO₂, g/km", "Such as >=100. Empty: any."),
            Leaf("vehicle.euro", "Euro class", "Such as <5. Empty: any."),
        ),
        hint=hint,
        line=True,
    )


LADDER_SPANS = (
    ("", "all there ever were"),
    ("programme-year", "those of the program year"),
    ("days", "those of the last days"),
    ("clean", "those since so many days without one"),
)


def ladder_shown(value: Any) -> Any:
    """Return a ladder with its `within` in two fields: what counts, and of how many days."""
    if not isinstance(value, dict):
        return value
    shown = {k: v for k, v in value.items() if k != "within"}
    within = str(value.get("within") or "")
    form = re.fullmatch(r"(clean\s+)?([0-9]+)d", within)
    if form:
        return shown | {"counts": "clean" if form[1] else "days", "days": int(form[2])}
    return shown | ({"counts": within} if within else {})


def ladder_read(value: dict[str, Any]) -> Any:
    """Return a ladder as the file has it."""
    held = {k: v for k, v in value.items() if k not in ("counts", "days")}
    counts, span = value.get("counts"), value.get("days", "")
    if counts == "programme-year":
        return held | {"within": counts}
    if counts in ("days", "clean"):
        return held | {"within": f"{'clean ' if counts == 'clean' else ''}{span}d"}
    return held


def only_of_kind(kinds: dict[str, tuple[str, ...]], chooser: str = "kind") -> Any:
    """Return the `fold` that leaves out the fields of the choices not taken."""

    def fold(value: dict[str, Any]) -> dict[str, Any]:
        mine = kinds.get(str(value.get(chooser, "")), ())
        others = {key for keys in kinds.values() for key in keys} - {*mine}
        return {key: part for key, part in value.items() if key not in others}

    return fold


def uses_shown(value: Any) -> Any:
    """Return an allotment with its numbers as texts: a count or a span."""
    if not isinstance(value, dict):
        return value
    return value | ({"uses": str(value["uses"])} if "uses" in value else {})


def uses_read(value: dict[str, Any]) -> dict[str, Any]:
    """Return an allotment as the file has it: a count as a number."""
    uses = str(value.get("uses", ""))
    return value | ({"uses": count} if (count := whole(uses)) is not None else {})
