"""What citations, boots and tows came to when they were charged, made from its program's version once more."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from enforcement.models import BootCase, Citation
from enforcement.rules import fines
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from payments.settlement import Again

IMPORTED = "It was imported: no program of ours gave its fine."

_Line = tuple[int, str, int, str]
"""Of a violation on a citation: the program's version, its code, its count on the plate, the sanction."""


def of_citations(references: Sequence[str], *, at: datetime) -> Mapping[str, Again]:
    """Return the fines of these citations, by number: of each violation what the version that it was
    written under says for its count on the plate. One query, and one for each version not yet read."""
    rows = Citation.objects.filter(number__in=references).values_list(
        "number", "programme_version", "several", "violation_code", "nth", "sanction"
    )
    known: dict[_Line, Money | None] = {}
    found = {}
    for number, version, several, code, nth, sanction in rows:
        if version is None:
            found[number] = Again(None, IMPORTED)
            continue
        lines = [(version, line["code"], line["nth"], line["sanction"]) for line in several]
        found[number] = _again(lines or [(version, code, nth, sanction)], known)
    return found


def of_boots(references: Sequence[str], *, at: datetime) -> Mapping[str, Again]:
    """Return the fee for booting in these cases, by number."""
    return _fees("boot", references)


def of_tows(references: Sequence[str], *, at: datetime) -> Mapping[str, Again]:
    """Return the fee for towing in these cases, by number."""
    return _fees("tow", references)


def _fees(name: str, references: Sequence[str]) -> Mapping[str, Again]:
    rows = BootCase.objects.filter(number__in=references)
    return {
        number: Again(
            programme.version(version).programme.fee(name),
            f"Version {version} of the program gives this fee.",
        )
        for number, version in rows.values_list("number", "programme_version")
    }


def _again(lines: Sequence[_Line], known: dict[_Line, Money | None]) -> Again:
    version = lines[0][0]
    total = Money.zero(programme.version(version).programme.currency)
    for line in lines:
        if line not in known:
            known[line] = _fine(*line)
        fine = known[line]
        if fine is None:
            return Again(None, f"Version {version} of the program has no violation {line[1]}.")
        total += fine
    return Again(total, f"Version {version} of the program gives this fine.")


def _fine(version: int, code: str, nth: int, sanction: str) -> Money | None:
    violation = programme.version(version).programme.violation(code)
    if violation is None:
        return None
    return fines.fine_for(violation, nth, warning=sanction == "warning").amount
