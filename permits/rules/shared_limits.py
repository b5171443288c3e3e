"""Limits over several permit types: which of them hold for an address, and whether one is reached."""

from collections.abc import Sequence
from dataclasses import dataclass

from parkops.customers.rules import address_key
from parkops.kernel.codes import code_key
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import joined, say
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from parkops.programme.shared_schema import SharedLimit


@dataclass(frozen=True, slots=True)
class Used:
    """A shared limit and how many permits count towards it; None where no address is known."""

    limit: SharedLimit
    count: int | None


def holding(kind: PermitType, rules: Programme, *, address_key: str) -> list[SharedLimit]:
    """Return the shared limits of a permit type that hold for an address: one that names its street
    stands in place of those for the same types that name none."""
    found = rules.limits_of(kind.code)
    own = [limit for limit in found if _names(limit, address_key)]
    replaced = {_subject(limit) for limit in own}
    return own + [one for one in found if not one.streets and _subject(one) not in replaced]


def is_within(used: Sequence[Used], rules: Programme, *, more: int = 1) -> Decision:
    """Decide whether `more` permits may be had by the shared limits; the first that is reached says
    why not."""
    for one in used:
        if one.count is not None and one.count + more <= one.limit.most:
            continue
        kinds = [rules.permit_type(code) for code in one.limit.permit_types]
        names = joined([kind.name for kind in kinds if kind], ", ")
        return Decision("shared_limit", _told(one, names))
    return ALLOWED


def _told(used: Used, names: str) -> str:
    most = used.limit.most
    if used.count is None:
        return say(
            "At most {most} an address of: {names}. Our records have no address for you.",
            most=most,
            names=names,
        )
    if used.limit.per == "customer":
        return say(
            "At most {most} a customer of: {names}. You have {n}.",
            most=most,
            names=names,
            n=used.count,
        )
    return say(
        "At most {most} an address of: {names}. Yours has {n}.",
        most=most,
        names=names,
        n=used.count,
    )


def _names(limit: SharedLimit, key: str) -> bool:
    """Whether a limit names the street of an address: all of its words, side by side."""
    return any(f" {address_key(street)} " in f" {key} " for street in limit.streets)


def _subject(limit: SharedLimit) -> tuple[str, frozenset[str]]:
    return limit.per, frozenset(code_key(code) for code in limit.permit_types)
