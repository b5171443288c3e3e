"""Whether a citation may be appealed now, and an appeal decided by somebody, with the reason."""

from datetime import date, datetime

from django.urls import reverse

from enforcement.models import Appeal, Citation, Hearing
from enforcement.queries import citations as citing
from enforcement.queries.citations import Standing
from enforcement.rules import appeals as rules
from enforcement.rules import reviewing
from enforcement.rules.appeals import Earlier
from enforcement.rules.reviewing import Case, Person
from parkops.accounts.models import User
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Decision
from parkops.kernel.windows import Calendar
from parkops.programme import queries as programme
from parkops.programme.appeal_schema import Appeals, Ground, Reason
from parkops.tenancy import hosts, signing
from payments import queries as charges
from payments.queries import ChargeRow

PAGE = "appeal"
"""What the address of an appeal's own page is signed for."""
FEE = "fee"


def may_appeal(now: Standing, *, late_accepted: bool = False) -> Decision:
    """Return whether the citation may be appealed at that instant, and if not, why."""
    violation = citing.violation_of(now.citation)
    if violation is None:
        return Decision("not_appealable", "This citation was issued elsewhere; appeal it there.")
    return rules.may_appeal(
        violation.appeal,
        status=now.status.value,
        issued_on=now.citation.issued_on,
        earlier=earlier_of(now),
        on=now.today,
        holidays=holidays_of(now.citation),
        late_accepted=late_accepted,
    )


def appeal_until(now: Standing) -> date | None:
    """Return the last day to ask the next level; None is at any time, or never."""
    violation = citing.violation_of(now.citation)
    if violation is None or violation.appeal is None:
        return None
    used = rules.counted(earlier_of(now))
    since = (used[-1].decided_on if used else None) or now.citation.issued_on
    holidays = holidays_of(now.citation)
    return rules.last_day(violation.appeal, since, holidays, level=len(used) + 1)


def earlier_of(now: Standing) -> list[Earlier]:
    """Return the citation's appeals as the rules see them, oldest first."""
    return [
        Earlier(a.number, a.decided_on, a.outcome, a.closed_at is not None) for a in now.appeals
    ]


def holidays_of(citation: Citation) -> Calendar:
    """Return the holidays of the programme that the citation was written under."""
    if citation.programme_version is None:
        return Calendar()
    return programme.version(citation.programme_version).programme.holidays


def appeals_in_force(at: datetime) -> Appeals:
    """Return what the programme in force says of appeals."""
    return programme.in_force(at).programme.appeals


def grounds(*, at: datetime) -> tuple[Ground, ...]:
    """Return the grounds that are offered at `at`."""
    return rules.grounds_of(appeals_in_force(at))


def reasons(*, at: datetime) -> tuple[Reason, ...]:
    """Return the reasons that decisions are given by at `at`."""
    return rules.reasons_of(appeals_in_force(at))


def grounds_text(appeal: Appeal) -> str:
    """Return the grounds of an appeal in words, as they were called when it was filed."""
    return appeal.grounds_name or rules.GROUNDS.get(appeal.grounds, appeal.grounds)


def reason_text(appeal: Appeal) -> str:
    """Return the reason of a decision in words; empty while there is none."""
    return appeal.reason_name or rules.REASONS.get(appeal.reason_code, "")


def case_of(appeal: Appeal, citation: Citation) -> Case:
    """Return who has been in the case of an appeal."""
    decided = Appeal.objects.filter(citation=citation, decided_at__isnull=False)
    before = decided.exclude(pk=appeal.pk).exclude(outcome=Appeal.Outcome.WITHDRAWN)
    return Case(
        officer_ref=citation.officer_ref,
        filed_by_ref=appeal.filed_by_ref,
        appellant_email=appeal.email,
        decided_before=tuple(before.values_list("decided_by_ref", flat=True)),
    )


def may_decide(appeal: Appeal, citation: Citation, *, by: Actor) -> Decision:
    """Return whether this person may decide the appeal now; a token is nobody."""
    hearing = hearing_of(appeal)
    fee = fee_of(appeal)
    return rules.may_decide(
        decided_on=appeal.decided_on,
        conflict=reviewing.conflict_of(_person(by), case_of(appeal, citation)),
        unheard_at=_when(hearing) if hearing is not None and not hearing.attendance else "",
        fee_owed=fee.balance.amount if fee is not None and fee.balance.minor else "",
    )


def hearing_of(appeal: Appeal) -> Hearing | None:
    """Return the hearing that an appeal is booked for, or was heard at."""
    return appeal.hearings.filter(released_at__isnull=True).select_related("slot").first()


def fee_of(appeal: Appeal) -> ChargeRow | None:
    """Return the charge of an appeal's fee, None where there is none."""
    return charges.charge_of(FEE, fee_reference(appeal)) if appeal.fee_minor else None


def fee_reference(appeal: Appeal) -> str:
    """Return the reference of the charge of an appeal's fee."""
    return f"appeal:{appeal.number}"


def page_path(appeal: Appeal) -> str:
    """Return the path of the appellant's own page, which whoever holds it may open."""
    return reverse("portal_appeals:follow", args=[signing.sign_name(appeal.number, purpose=PAGE)])


def page_url(appeal: Appeal) -> str:
    """Return the whole address of the appellant's own page."""
    return f"{hosts.current_site_url()}{page_path(appeal)}"


def _person(by: Actor) -> Person:
    if by.kind != "staff" or not by.ref.isdecimal():
        return Person("" if by.kind != "staff" else by.ref, by.name)
    email = User.objects.filter(pk=int(by.ref)).values_list("email", flat=True).first()
    return Person(by.ref, by.name, email or "")


def _when(hearing: Hearing) -> str:
    local = hearing.slot.starts_at.astimezone(citing.tenant_zone())
    return f"{local:%-d %B %Y, %H:%M}"
