"""What a text asks for: PARK 104 ABC123 2H, EXTEND 30, END, STOP, START, HELP."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from parkops.kernel.plates import plate_key
from parkops.kernel.texts import Text, say

Act = Literal["park", "extend", "end", "stop", "start", "help", "unknown"]

KEYWORDS: dict[str, tuple[Act, str]] = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "QUIT", "OPTOUT"), ("stop", "")),
    **dict.fromkeys(("START", "UNSTOP"), ("start", "")),
    **dict.fromkeys(("HELP", "INFO"), ("help", "")),
    "PARK": ("park", "en"),
    "EXTEND": ("extend", "en"),
    "END": ("end", ""),
    "DONE": ("end", ""),
    "FIN": ("end", ""),
    "ARRET": ("stop", "fr"),
    "AIDE": ("help", "fr"),
    "STATIONNER": ("park", "fr"),
    "PROLONGER": ("extend", "fr"),
    "ALTO": ("stop", "es"),
    "AYUDA": ("help", "es"),
    "ESTACIONAR": ("park", "es"),
    "EXTENDER": ("extend", "es"),
}
"""First words, without accents, and the language that they tell ("": none). STOP is the carriers'
word for "no more texts"; it never ends a session."""
MOST_MINUTES = 10_080

_LENGTH = re.compile(r"(?:(\d{1,3})H(\d{1,2})?M?|(\d{1,5})(?:M|MIN)?)")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text asks for; `wrong` says what would be right where it cannot be read."""

    act: Act
    language: str = ""
    zone: str = ""
    plate: str = ""
    minutes: int = 0
    wrong: Text | None = None


def read(words: str) -> Asked:
    """Return what a text asks for, however it is spaced, cased and accented."""
    parts = _tidy(words).split()
    act, language = KEYWORDS.get(parts[0], ("unknown", "")) if parts else ("unknown", "")
    if act == "park":
        return _park(parts[1:], language)
    if act == "extend":
        return _extend(parts[1:], language)
    return Asked(act, language)


def minutes_of(typed: str) -> int | None:
    """Return the minutes that 90, 90M, 2H, 1H30 or 1H30M says; None for anything else."""
    form = _LENGTH.fullmatch(typed.upper())
    if form is None:
        return None
    hours, rest, plain = form.groups()
    if rest and int(rest) > 59:
        return None
    minutes = int(plain) if plain else int(hours) * 60 + int(rest or 0)
    return minutes if 0 < minutes <= MOST_MINUTES else None


def _park(parts: list[str], language: str) -> Asked:
    if len(parts) < 3:
        wrong = say("Text PARK, the zone, the plate and how long: PARK 104 ABC123 2H.")
        return Asked("park", language, wrong=wrong)
    zone, *between, length = parts
    plate, minutes = " ".join(between), minutes_of(length)
    if minutes is None:
        wrong = say(
            "{typed} is not a length such as 90, 2H or 1H30. Text PARK 104 ABC123 2H.",
            typed=length,
        )
        return Asked("park", language, wrong=wrong)
    try:
        plate_key(plate)
    except ValueError:
        wrong = say("A plate has 1 to 12 letters and digits. Text PARK 104 ABC123 2H.")
        return Asked("park", language, wrong=wrong)
    return Asked("park", language, zone, plate, minutes)


def _extend(parts: list[str], language: str) -> Asked:
    minutes = minutes_of(parts[0]) if len(parts) == 1 else None
    if minutes is None:
        wrong = say("Text EXTEND and by how long: EXTEND 30, or EXTEND 1H.")
        return Asked("extend", language, wrong=wrong)
    return Asked("extend", language, minutes=minutes)


def _tidy(words: str) -> str:
    """Return the words in capitals, without accents, quotes and the marks of a sentence."""
    plain = unicodedata.normalize("NFKD", words)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^\w\s-]", " ", plain.upper())
