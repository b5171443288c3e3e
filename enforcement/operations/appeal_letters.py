"""What appellants are told by e-mail: each thing once, in the language that they appealed in."""

from datetime import datetime
from typing import Any

from enforcement.models import Appeal, Hearing
from enforcement.queries import citations as citing
from enforcement.queries.appeals import page_path
from parkops.kernel.texts import LongDay, say, word
from parkops.messaging import operations as messaging

APPEAL_LETTER = "appeal_letter"
"""What the letter of a decision is called as an enclosure."""


def filed(appeal: Appeal, *, fee: Any = None, at: datetime) -> None:
    """Say that the appeal has arrived, and where it can be followed; `fee` is a Money that it costs."""
    told = {"pauses": appeal.pauses_clock, "fee": fee, "is_heard": appeal.is_heard}
    _send("appeal.filed", appeal, appeal.number, told, at=at)


def decided(appeal: Appeal, *, at: datetime) -> None:
    """Say how it was decided, and what is owed now; the letter goes with it."""
    now = citing.standing_of(appeal.citation, at=at)
    told = {
        "outcome": appeal.outcome,
        "outcome_text": word(appeal.get_outcome_display()),
        "decision": appeal.decision_text,
        "owed": now.owed,
        "due_on": say("{day}", day=LongDay(now.due_on)) if now.due_on else "",
    }
    enclosed = f"{APPEAL_LETTER}:{appeal.number}"
    _send("appeal.decided", appeal, appeal.number, told, enclosed=enclosed, at=at)


def withdrawn(appeal: Appeal, *, at: datetime) -> None:
    """Say that the case is closed without a decision, and why."""
    now = citing.standing_of(appeal.citation, at=at)
    _send(
        "appeal.withdrawn",
        appeal,
        appeal.number,
        {"reason": word(appeal.closed_reason), "owed": now.owed},
        at=at,
    )


def hearing_booked(hearing: Hearing, *, at: datetime) -> None:
    """Say when and where the hearing is."""
    _send("appeal.hearing_booked", hearing.appeal, str(hearing.pk), _where(hearing), at=at)


def hearing_tomorrow(hearing: Hearing, *, at: datetime) -> None:
    """Remind of a hearing a day before it."""
    _send("appeal.hearing_soon", hearing.appeal, str(hearing.pk), _where(hearing), at=at)


def _where(hearing: Hearing) -> dict[str, Any]:
    slot = hearing.slot
    local = slot.starts_at.astimezone(citing.tenant_zone())
    return {
        "day": say("{day}", day=LongDay(local.date())),
        "time": f"{local:%H:%M}",
        "place": slot.place,
        "video": slot.video,
    }


def _send(
    event: str,
    appeal: Appeal,
    name: str,
    told: dict[str, Any],
    *,
    enclosed: str = "",
    at: datetime,
) -> None:
    citation = appeal.citation
    messaging.send_once(
        event=event,
        key=f"appeal:{name}:{event}",
        to=appeal.email,
        language=appeal.language,
        enclosed=enclosed,
        context={
            "name": appeal.name,
            "number": appeal.number,
            "citation": citation.number,
            "violation": citation.violation_name,
            "level": word(appeal.level_name),
            "path": page_path(appeal),
            **told,
        },
        at=at,
    )
