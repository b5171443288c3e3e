"""What apps that raise charges are asked and told; payments knows not what is paid for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Due:
    """What a charge comes to at an instant, before what has been paid; `text` says why.

    What is above the amount as raised is a late fee, unless the amount `is_earned`: more of the same,
    such as another day.
    """

    amount: Money
    due_on: date | None
    text: str
    is_earned: bool = False


@dataclass(frozen=True, slots=True)
class Again:
    """What a charge came to when it was raised, made from its rules anew, or what it comes to `now`
    without late fees and discounts. Without an amount `because` says why it cannot be made."""

    amount: Money | None
    because: str
    is_of_now: bool = False


@dataclass(frozen=True, slots=True)
class Plannable:
    """What a charge would be in a payment plan: what it comes to there before payments, since when it
    counts, when an appeal about it was decided, whether its vehicle is held, and whether it may be. What is
    bought by its being paid is named by `buys`: a permit's type."""

    amount: Money
    since: date
    decided_on: date | None = None
    is_held: bool = False
    decision: Decision = ALLOWED
    buys: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a charge is for, in words, and the path of the page about it (may be empty); staff have
    the `office` page where there is one."""

    text: str
    url: str
    office: str = ""


def _nothing(*_args: object, **_named: object) -> None:
    """Do nothing: for what an app need not be told."""


def _no_evidence(_reference: str) -> Sequence[str]:
    return ()


def _none(_references: Sequence[str]) -> Sequence[tuple[str, str]]:
    return ()


def _not_again(*_args: object, **_named: object) -> Mapping[str, Again]:
    return {}


def _no_terms(*_args: object, **_named: object) -> Mapping[str, "Term"]:
    return {}


def _allowed(*_args: object, **_named: object) -> Decision:
    return ALLOWED


Term = tuple[datetime, datetime]
"""From when until when something is given that was charged."""


@dataclass(frozen=True, slots=True)
class Raiser:
    """The callbacks of the app that raises charges of one kind; each is given the reference.

    `settled(reference, *, by, at) -> Decision` and `unsettled(reference, *, by, at)` run in the
    transaction that moves the money: when nothing is owed any more (a refusal makes payments give
    the money back) and when a settled charge is owed again. `lock(reference)` locks the subject's
    row before payments locks the charge, so that both apps lock in one order; the subjects of other
    charges that follow from these (`followers(references) -> [(kind, reference)]`) are locked after
    them, by their own raiser, which `is_follower`. `amount_at(reference,
    *, at) -> Due | None` says what the charge comes to (None: as raised), `amounts_at(references,
    *, at) -> {reference: Due}` the same for a list. `may_pay(reference, *, at) -> Decision`.
    `may_unpay(reference, *, minor, owed) -> Decision` says whether `minor` of what was paid may go back and be
    owed again, while `owed` is owed already.
    `checkout_opened(reference, *, until)` and `checkout_closed(reference, *, at)` tell that money
    may come until then, and that it will not; `card_failed(reference, *, why, at)` that a saved
    card was not charged, whenever that is known. `changed(reference, minor)` tells that a charge comes to
    so much more, or less if below zero, and may refuse it. `describe(reference) -> Subject`.
    `evidence(reference) -> [str]` says in sentences what a bank may be told of it.
    `again(references, *, at) -> {reference: Again}` makes what they came to when they were raised from
    the rules of that time once more, for the proof of the books.
    `terms_at(references, *, at) -> {reference: (from, until)}` says for what time that is given, as it
    was known at `at`, of those that are for a time: by its days they are earned.
    One that `sells_in_parts` is told `settled` as soon as the plan begins by which something is bought.
    `plan_resumed(reference, *, by, at)` tells that a plan that ended unpaid goes on.
    `scanned(token)` reads the reference out of the token in the square of a paper of this kind, empty
    if it is another's.
    """

    settled: Callable[..., Decision] = _allowed
    unsettled: Callable[..., None] = _nothing
    lock: Callable[[str], None] = _nothing
    amount_at: Callable[..., Due | None] = _nothing
    amounts_at: Callable[..., Mapping[str, Due]] | None = None
    may_pay: Callable[..., Decision] = _allowed
    checkout_opened: Callable[..., None] = _nothing
    checkout_closed: Callable[..., None] = _nothing
    card_failed: Callable[..., None] = _nothing
    may_unpay: Callable[..., Decision] = _allowed
    changed: Callable[[str, int], None] = _nothing
    describe: Callable[[str], Subject] | None = None
    evidence: Callable[[str], Sequence[str]] = _no_evidence
    plannable: Callable[..., Mapping[str, Plannable]] | None = None
    plan_began: Callable[..., None] = _nothing
    plan_ended: Callable[..., None] = _nothing
    plan_resumed: Callable[..., None] = _nothing
    sells_in_parts: bool = False
    scanned: Callable[[str], str] = lambda _token: ""
    followers: Callable[[Sequence[str]], Sequence[tuple[str, str]]] = _none
    is_follower: bool = False
    again: Callable[..., Mapping[str, Again]] = _not_again
    terms_at: Callable[..., Mapping[str, Term]] = _no_terms


PLAIN = Raiser()
"""For kinds that nobody registered: nothing follows from their being paid."""

_raisers: dict[str, Raiser] = {}


def register(kind: str, raiser: Raiser) -> None:
    """Let `raiser` answer for charges of `kind`.

    :raises ValueError: if another already does.
    """
    if _raisers.get(kind, raiser) != raiser:
        raise ValueError(f"{kind} already has a raiser")
    _raisers[kind] = raiser


def raiser_of(kind: str) -> Raiser:
    """Return who answers for charges of `kind`."""
    return _raisers.get(kind, PLAIN)


def raisers() -> Mapping[str, Raiser]:
    """Return who answers for which kind of charges."""
    return _raisers


def due_at(kind: str, references: Sequence[str], *, at: datetime) -> dict[str, Due]:
    """Return what charges of `kind` come to at `at`; those that stay as raised are left out."""
    raiser = raiser_of(kind)
    if not references:
        return {}
    if raiser.amounts_at is not None:
        return dict(raiser.amounts_at(references, at=at))
    asked = {reference: raiser.amount_at(reference, at=at) for reference in references}
    return {reference: due for reference, due in asked.items() if due is not None}
