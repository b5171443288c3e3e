"""The numbers that people read, type and say: `P-2026-00417-3`, with a check digit."""

import re

FORM = re.compile(r"(?P<prefix>[A-Z]{1,4})-(?P<year>[0-9]{4})-(?P<n>[0-9]{5,})-(?P<check>[0-9])")

# Damm's quasigroup of order 10: it catches every wrong digit and every swap of two neighbors.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(text: str) -> int:
    """Return the check digit over the digits and letters (A is 10) of `text`; the rest is skipped.

    One wrong digit, or two neighboring digits swapped, gives another check digit.
    """
    interim = 0
    for letter in text.upper():
        if letter.isascii() and letter.isalnum():
            for digit in str(int(letter, 36)):
                interim = _DAMM[interim][int(digit)]
    return interim


def make_number(prefix: str, year: int, n: int) -> str:
    """Return the number of the `n`th thing (from 1) of `year`, as in `P-2026-00417-9`.

    :raises ValueError: if the prefix is not 1 to 4 capital letters, or the year or n too small.
    """
    if not re.fullmatch(r"[A-Z]{1,4}", prefix) or not 1000 <= year <= 9999 or n < 1:
        raise ValueError(f"no number can be made of {prefix!r}, {year}, {n}")
    body = f"{prefix}-{year}-{n:05}"
    return f"{body}-{check_digit(body)}"


def is_well_formed(number: str) -> bool:
    """Return whether `number` has the form and the check digit that `make_number` gives."""
    form = FORM.fullmatch(number)
    return form is not None and check_digit(number[:-2]) == int(form["check"])


def tidy(typed: str) -> str | None:
    """Return the number that somebody typed as `p 2026 417 9` or `P-2026-00417-9`, or None."""
    parts = re.findall(r"[A-Z]+|[0-9]+", typed.upper()) if len(typed) <= 40 else []
    if len(parts) != 4:
        return None
    prefix, year, n, check = parts
    number = f"{prefix}-{year}-{n.zfill(5)}-{check}"
    return number if is_well_formed(number) else None


def whole(text: str, *, digits: int = 8) -> int | None:
    """Return the whole number that somebody typed or a page sent, of at most so many digits; None if
    it is none."""
    plain = text.strip()
    is_whole = plain.isascii() and plain.isdecimal() and len(plain) <= digits
    return int(plain) if is_whole else None
