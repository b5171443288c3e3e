"""What numbers hangtags have, and when too few are left."""

import re
from collections.abc import Iterable

from parkops.kernel.decisions import Refused

MOST = 20_000
LEAST_FREE = 10


def numbered(prefix: str, first: int, last: int) -> list[tuple[int, str]]:
    """Return (position, text) of the hangtags `first` to `last`, both included.

    :raises Refused: if there are none, too many, or the prefix is none.
    """
    if not re.fullmatch(r"[\w-]{0,12}", prefix):
        raise Refused("prefix", "A prefix is at most 12 letters, digits, - or _.", field="prefix")
    if first < 0 or last < first:
        raise Refused("last", f"The last number is not below the first, {first}.", field="last")
    if last - first + 1 > MOST:
        raise Refused("last", f"At most {MOST:,} hangtags come in at once.", field="last")
    return [(n, f"{prefix}{n}") for n in range(first, last + 1)]


def tag_key(text: str) -> str:
    """Return what hangtags are compared by: letters and digits in upper case."""
    return "".join(c for c in text.upper() if c.isalnum())[:24]


def is_low(*, free: int, received: int) -> bool:
    """Return whether so few are left that more should be ordered: under 10, or 5 % of them all."""
    return free < max(LEAST_FREE, received // 20)


def differences(expected: Iterable[str], found: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return (missing, unexpected) of a count, in the order of `expected` and of `found`."""
    there = {tag_key(text) for text in found}
    known = {tag_key(text) for text in expected}
    missing = [text for text in expected if tag_key(text) not in there]
    unexpected = [text for text in dict.fromkeys(found) if tag_key(text) not in known]
    return missing, unexpected
