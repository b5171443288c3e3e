"""Creditor references (ISO 11649): what a payer writes on a transfer so that it finds its invoice."""

import re

from stdnum import iso11649

_FOUND = re.compile(r"\bRF\d{2}(?:[ ]?[A-Z0-9]){1,21}")


def reference_of(number: str) -> str:
    """Return the creditor reference of a number such as an invoice's: RF, two check digits, its letters
    and digits.

    :raises ValueError: if nothing of it, or more than 21 letters and digits, would stand in it.
    """
    body = "".join(letter for letter in number.upper() if letter.isascii() and letter.isalnum())
    if not 1 <= len(body) <= 21:
        raise ValueError(f"no creditor reference can be made of {number!r}")
    check = 98 - int("".join(str(int(letter, 36)) for letter in f"{body}RF00")) % 97
    return f"RF{check:02}{body}"


def shown(reference: str) -> str:
    """Return a reference in groups of four, as it stands on paper."""
    return str(iso11649.format(reference)) if iso11649.is_valid(reference) else reference


def references_in(*texts: str) -> list[str]:
    """Return what in a payer's words may be a creditor reference: whatever has a right check, each once.

    Words may follow a reference without a stop, so that each beginning of what looks like one counts.
    """
    found: list[str] = []
    for text in texts:
        for match in _FOUND.finditer(text.upper()):
            letters = "".join(letter for letter in match[0] if letter.isalnum())
            found += [
                letters[:end]
                for end in range(len(letters), 4, -1)
                if iso11649.is_valid(letters[:end])
            ]
    return list(dict.fromkeys(found))
