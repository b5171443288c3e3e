"""What was recorded of an act, as people read it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo


def act_text(event: str) -> str:
    """Return an act or a kind of record in words: "report.filter_saved" is "Report filter saved"."""
    words = event.replace(".", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def more_text(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Return what was recorded besides: "Amount: 1.22; method: cash". Instants are told on the clocks of `zone`.

    What is empty is left out, and so is how each reason is said in other languages.
    """
    told = [
        f"{key.replace('_', ' ')}: {_value_text(value, zone)}"
        for key, value in data.items()
        if value not in ([], {}) and not (key == "said" and "because" in data)
    ]
    text = "; ".join(told)
    return text[:1].upper() + text[1:]


def _value_text(value: Any, zone: ZoneInfo) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value_text(one, zone) for one in value)
    if isinstance(value, dict):
        inner = ", ".join(
            f"{key.replace('_', ' ')} {_value_text(one, zone)}" for key, one in value.items()
        )
        return f"({inner})"
    if isinstance(value, str):
        return _time_text(value, zone)
    return str(value)


def _time_text(text: str, zone: ZoneInfo) -> str:
    """Return an instant or a day as people write it, and any other text as it is."""
    try:
        if len(text) == len("2026-09-01"):
            return f"{date.fromisoformat(text):%-d %b %Y}"
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{at.astimezone(zone):%-d %b %Y, %H:%M}" if at.tzinfo else text
