"""When two plates are the same, and when they only look alike."""

import unicodedata
from typing import NewType

PlateKey = NewType("PlateKey", str)

LONGEST = 12
SHORTEST_FOR_A_SLIP = 4
"""Below this length, one differing character is most of the plate and says nothing."""

_LOOK_ALIKES = str.maketrans("OIBSZ", "01852")
_CYRILLIC = dict(zip("АВЕЗКМНОРСТУХІЅЈ", "ABE3KMHOPCTYXISJ", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True))
_LATIN_TWIN = str.maketrans(_CYRILLIC | _GREEK)


def plate_key(typed: str) -> PlateKey:
    """Return `typed` in NFKC and upper case with everything but letters and digits removed.

    Look-alikes (O and 0, I and 1) stay different: they are matched where
    an officer can see the doubt, never here.

    :raises ValueError: if nothing is left, or more than 12 characters.
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).upper())
    key = "".join(letter for letter in text if letter.isalpha() or letter.isdecimal())
    if not key:
        raise ValueError("A plate has at least one letter or digit.")
    if len(key) > LONGEST:
        raise ValueError(f"A plate has at most {LONGEST} letters and digits; this has {len(key)}.")
    return PlateKey(key)


def folded(key: str) -> str:
    """Return `key` with every look-alike made the same: O/0, I/1, B/8, S/5, Z/2, В (Cyrillic)/B.

    Two keys that are equal after folding are near misses of each other, never the same plate.
    """
    latin = key.translate(_LATIN_TWIN)
    digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in latin)
    return digits.translate(_LOOK_ALIKES)


def deletions(key: str) -> frozenset[str]:
    """Return the key and every way to leave one of its characters out.

    Keys of which one character differs or is missing share at least one of these, so that a
    table of them finds near misses by equality.
    """
    return frozenset({key} | {key[:i] + key[i + 1 :] for i in range(len(key))})


def near_miss(asked: str, other: str) -> str | None:
    """Return why `other` may be meant by `asked`, or None where they are the same or unlike.

    Both are plate keys. Pairs are written asked/other, as in "one character differs (B/8)".
    """
    if asked == other:
        return None
    if len(asked) == len(other):
        pairs = [(a, b) for a, b in zip(asked, other, strict=True) if a != b]
        if len(pairs) == 1 and (_alike(pairs) or len(asked) >= SHORTEST_FOR_A_SLIP):
            return f"one character differs ({_named(pairs)})"
        if _alike(pairs):
            return f"{len(pairs)} look-alike characters differ ({_named(pairs)})"
        return None
    longer, shorter = (asked, other) if len(asked) > len(other) else (other, asked)
    if len(longer) - len(shorter) != 1 or len(shorter) < SHORTEST_FOR_A_SLIP:
        return None
    at = next((i for i, letter in enumerate(shorter) if letter != longer[i]), len(shorter))
    if longer[at + 1 :] != shorter[at:]:
        return None
    return f"one character {'more' if longer is asked else 'is missing'} ({longer[at]})"


def regions_match(one: str | None, other: str | None) -> bool:
    """Return whether two regions may be the same: one left out matches any."""
    if not one or not other:
        return True
    one, other = region_key(one), region_key(other)
    return not one or not other or one == other


def region_key(text: str | None) -> str:
    """Return a region as it is compared: its letters and digits in capitals."""
    letters = unicodedata.normalize("NFKC", text or "").upper()
    return "".join(letter for letter in letters if letter.isalnum())


def _alike(pairs: list[tuple[str, str]]) -> bool:
    return all(folded(a) == folded(b) for a, b in pairs)


def _named(pairs: list[tuple[str, str]]) -> str:
    return ", ".join(f"{_letter(a)}/{_letter(b)}" for a, b in pairs)


def _letter(letter: str) -> str:
    if letter in _CYRILLIC:
        return f"Cyrillic {letter}"
    return f"Greek {letter}" if letter in _GREEK else letter
