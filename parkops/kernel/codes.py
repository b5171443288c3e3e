"""How short codes are written and compared: zones, permit types, violations, calendars, events."""

import re
import unicodedata

FORM = re.compile(r"[\w-]{1,24}")


def code_key(code: str) -> str:
    """Return what two codes are compared by: `lot-a`, `LOT-A` and `Lot-A` are the same code."""
    return unicodedata.normalize("NFC", code).casefold()


def is_code(text: str) -> bool:
    """Return whether `text` is a code: letters, digits, `-` and `_`, 1 to 24 of them."""
    return FORM.fullmatch(unicodedata.normalize("NFC", text)) is not None
