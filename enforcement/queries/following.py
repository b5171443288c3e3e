"""What the appellant sees of an appeal on a page of their own."""

from dataclasses import dataclass
from datetime import date, datetime

from enforcement.models import (
    Appeal,
    AppealDocument,
    AppealPicture,
    AppealStatement,
    Citation,
    Hearing,
    HearingSlot,
)
from enforcement.queries import citations as citing
from enforcement.queries import evidence, hearings
from enforcement.queries.appeals import (
    appeal_until,
    fee_of,
    grounds_text,
    hearing_of,
    may_appeal,
    page_path,
    reason_text,
)
from enforcement.queries.citations import Standing
from enforcement.queries.words import OUTCOMES, Word
from enforcement.rules import hearings as hearing_rules
from enforcement.rules.following import Facts, Progress, progress
from parkops.kernel.decisions import Decision, NotFound
from parkops.kernel.texts import word
from payments import links
from payments.queries import ChargeRow


@dataclass(frozen=True, slots=True)
class Follow:
    """An appeal as its appellant follows it."""

    appeal: Appeal
    word: Word
    level: str
    grounds: str
    reason: str
    progress: Progress
    now: Standing
    pictures: list[AppealPicture]
    documents: list[AppealDocument]
    statements: list[AppealStatement]
    hearing: Hearing | None
    slots: list[HearingSlot]
    may_release: Decision | None
    fee: ChargeRow | None
    pay_fee_path: str
    next_until: date | None
    may_go_on: Decision | None

    @property
    def is_open(self) -> bool:
        """Whether it waits for its decision."""
        return self.appeal.decided_at is None


def appeal_named(number: str, pin: str) -> Appeal | None:
    """Return the appeal of this number if `pin` is its citation's, else None."""
    rows = Appeal.objects.filter(number=citing.number_of(number)).select_related("citation")
    found = rows.first()
    if found is None or not found.citation.pin or found.citation.pin != pin.strip():
        return None
    return found


def appeal(number: str) -> Appeal:
    """Return the appeal of this number with its citation.

    :raises NotFound: if there is none.
    """
    found = Appeal.objects.filter(number=number).select_related("citation").first()
    if found is None:
        raise NotFound("There is no such appeal.")
    return found


def open_appeal(
    citation: Citation, grounds: str, text: str, name: str, email: str
) -> Appeal | None:
    """Return the undecided appeal of a citation that says all of this; None where another says more or
    less, so that nobody is shown what somebody else wrote."""
    rows = Appeal.objects.filter(citation=citation, decided_at=None)
    return rows.filter(grounds=grounds, text=text, name=name, email=email).first()


def page_of(appeal: Appeal, *, at: datetime) -> Follow:
    """Return all that the appellant sees at `at`."""
    now = citing.standing_of(appeal.citation, at=at)
    hearing, fee = hearing_of(appeal), fee_of(appeal)
    is_open = appeal.decided_at is None
    is_last = now.appeals[-1].pk == appeal.pk
    may_go_on = may_appeal(now) if is_last and not is_open else None
    until = appeal_until(now) if may_go_on else None
    facts = Facts(
        outcome=appeal.outcome,
        is_heard=appeal.is_heard,
        heard=_heard(hearing, at=at),
        fee_owed=fee.balance if fee else None,
        decide_on=appeal.decide_on,
        owed=now.owed,
        is_closed=appeal.closed_at is not None,
        next_until=until,
        may_go_on=bool(may_go_on),
    )
    owes_fee = is_open and fee is not None and fee.balance.minor > 0
    return Follow(
        appeal=appeal,
        word=OUTCOMES[appeal.outcome],
        level=word(appeal.level_name),
        grounds=word(grounds_text(appeal)),
        reason=word(reason_text(appeal)),
        progress=progress(facts),
        now=now,
        pictures=list(evidence.pictures_of([appeal]).get(appeal.pk, [])),
        documents=list(appeal.documents.order_by("pk")),
        statements=list(appeal.statements.order_by("pk")),
        hearing=hearing,
        slots=_slots(appeal, hearing, at=at) if is_open and not owes_fee else [],
        may_release=None
        if hearing is None or not is_open or facts.heard != "booked"
        else hearing_rules.may_release(starts_at=hearing.slot.starts_at, by_staff=False, at=at),
        fee=fee,
        pay_fee_path=links.pay_path([fee.id], return_path=page_path(appeal))
        if fee and owes_fee
        else "",
        next_until=until,
        may_go_on=may_go_on,
    )


def _heard(hearing: Hearing | None, *, at: datetime) -> str:
    """How far the hearing has come, as `Facts` says it."""
    if hearing is None:
        return ""
    return hearing.attendance or ("begun" if hearing.slot.starts_at <= at else "booked")


def _slots(appeal: Appeal, hearing: Hearing | None, *, at: datetime) -> list[HearingSlot]:
    if not appeal.is_heard or _heard(hearing, at=at) not in ("", "booked"):
        return []
    found = hearings.open_slots(at=at)
    return [one for one in found if hearing is None or one.pk != hearing.slot_id]
