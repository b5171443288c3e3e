"""What may be kept of a customer. Pure: no database, no clock."""

import unicodedata
from collections.abc import Iterable

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Refused


def address_key(address: str) -> str:
    """Return what two addresses are compared by: letters and digits in one case, one space apart.

    "12 Main St., Apt 4" and "12  main st apt 4" are the same; abbreviations are not written out.
    """
    plain = unicodedata.normalize("NFKC", address).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def audiences_as_written(asked: Iterable[str], *, known: Iterable[str]) -> list[str]:
    """Return `asked` as the program writes them, each once, in the program's order.

    :raises Refused: "unknown_audience" with the field of the first that the program does not have.
    """
    written = {code_key(code): code for code in known}
    chosen = set()
    for place, code in enumerate(asked):
        key = code_key(code)
        if key not in written:
            there = ", ".join(written.values()) or "none"
            raise Refused(
                "unknown_audience",
                f"The program has no audience {code}. It has: {there}.",
                field=f"audiences.{place}",
            )
        chosen.add(key)
    return [code for key, code in written.items() if key in chosen]
