"""What staff do to a permit: each act is a row of a table; one view asks, and does it on a post."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date, midnight
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import View, may
from parkops.ui.pages import actor, page, refusals_shown
from permits import operations
from permits.forms import (
    CancellationForm,
    DepositForm,
    PlatesForm,
    ReasonForm,
    RevocationForm,
    SuspensionForm,
)
from permits.models import Permit
from permits.queries import permits as rows
from permits.queries.pages import permit_page
from permits.queries.refunds import refund_preview
from permits.queries.seconds import going_with
from permits.rules.plates import read_plates
from permits.views.posted import posted

asks = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Doing:
    """An act that is being done: to which permit, with what the form said, by whom, when."""

    number: str
    said: Mapping[str, Any]
    by: Actor
    at: datetime

    @property
    def reason(self) -> str:
        """Why, as typed."""
        return str(self.said.get("reason", ""))


@dataclass(frozen=True, slots=True)
class Act:
    """What staff may do to a permit: what its page asks, and the operation behind the button.

    `more` gives the page what else it shows, such as what a cancellation gives back.
    """

    title: str
    text: str
    verb: str
    done: str
    run: Callable[[Doing], Permit]
    permission: Permission = Permission.PERMIT_CHANGE
    form: type[ReasonForm] = ReasonForm
    needs_reason: bool = True
    is_danger: bool = True
    more: Callable[[Permit, datetime], dict[str, Any]] = field(default=lambda _permit, _at: {})


def _refund(permit: Permit, at: datetime) -> dict[str, Any]:
    return {"preview": refund_preview(permit, at=at)}


def _papers(permit: Permit, _: datetime) -> dict[str, Any]:
    papers = ", ".join(rows.type_of(permit).documents)
    return {"also": f"You have seen: {papers}."} if papers else {}


def _instead(permit: Permit, _: datetime) -> dict[str, Any]:
    instead = rows.type_of(permit).provisional
    if instead is None:
        return {}
    papers = ", ".join(instead.documents)
    return {"also": f"You have seen: {papers}. The proof has to come within {instead.lasts.text}."}


def _suspension(permit: Permit, _: datetime) -> dict[str, Any]:
    if rows.type_of(permit).suspension.credit == "none":
        return {"also": "By the program the days suspended give nothing back."}
    return {"also": "By the program each day suspended gives its share of the price back."}


def _suspend(doing: Doing) -> Permit:
    zone = programme.in_force(doing.at).programme.tz
    first, last = doing.said.get("from_on"), doing.said.get("until_on")
    is_later = first is not None and first != local_date(doing.at, zone)
    return operations.suspend_permit(
        doing.number,
        reason=doing.reason,
        begins=midnight(first, zone) if first and is_later else None,
        until=midnight(last + timedelta(days=1), zone) if last else None,
        by=doing.by,
        at=doing.at,
    )


def _return_deposit(doing: Doing) -> Permit:
    kept = doing.said.get("deduction")
    currency = programme.in_force(doing.at).programme.currency
    deductions = (
        [operations.Deduction(Money.parse(f"{kept:f}", currency), doing.said["deduction_reason"])]
        if kept
        else []
    )
    return operations.return_deposit(doing.number, deductions=deductions, by=doing.by, at=doing.at)


def _stop_renewing(doing: Doing) -> Permit:
    operations.stop_renewing(doing.number, reason=doing.reason, by=doing.by, at=doing.at)
    return rows.permit(doing.number)


ACTS: dict[str, Act] = {
    "approval": Act(
        title="Approve permit {permit.number}?",
        text="The holder is told by e-mail.",
        verb="Approve",
        done="Permit {permit.number} is approved.",
        run=lambda doing: operations.approve_permit(doing.number, by=doing.by, at=doing.at),
        needs_reason=False,
        is_danger=False,
        more=_papers,
    ),
    "provisional": Act(
        title="Approve permit {permit.number} for a while?",
        text="It is good from now on, and ends unless the proof comes in time. The holder is told.",
        verb="Approve for a while",
        done="Permit {permit.number} is approved until its proof comes.",
        run=lambda doing: operations.approve_for_a_while(doing.number, by=doing.by, at=doing.at),
        needs_reason=False,
        is_danger=False,
        more=_instead,
    ),
    "proof": Act(
        title="Accept the proof of permit {permit.number}?",
        text="It is good for its whole term. The holder is told by e-mail.",
        verb="Accept the proof",
        done="The proof of permit {permit.number} is accepted.",
        run=lambda doing: operations.accept_proof(doing.number, by=doing.by, at=doing.at),
        needs_reason=False,
        is_danger=False,
        more=_papers,
    ),
    "rejection": Act(
        title="Refuse permit {permit.number}?",
        text="It ends, and all that was paid goes back. The holder is told the reason.",
        verb="Refuse and refund",
        done="Permit {permit.number} is not approved.",
        run=lambda doing: operations.reject_permit(
            doing.number, reason=doing.reason, by=doing.by, at=doing.at
        ),
    ),
    "cancellation": Act(
        title="Cancel permit {permit.number}?",
        text="It ends now. The holder is told.",
        verb="Cancel the permit",
        done="Permit {permit.number} is canceled.",
        run=lambda doing: (
            operations.cancel_permit(
                doing.number,
                reason=doing.reason,
                with_seconds=bool(doing.said.get("seconds")),
                by=doing.by,
                at=doing.at,
            ).permit
        ),
        form=CancellationForm,
        more=lambda permit, at: _refund(permit, at) | {"seconds": going_with(permit, at=at)},
    ),
    "revocation": Act(
        title="Revoke permit {permit.number}?",
        text="It ends now and cannot come back. The holder is told the reason and how to appeal.",
        verb="Revoke",
        done="Permit {permit.number} is revoked.",
        run=lambda doing: operations.revoke_permit(
            doing.number,
            reason=doing.reason,
            refund=bool(doing.said.get("refund")),
            appeal_note=doing.said.get("appeal_note", ""),
            by=doing.by,
            at=doing.at,
        ),
        form=RevocationForm,
        more=lambda permit, at: _refund(permit, at) | {"is_by_choice": True},
    ),
    "suspension": Act(
        title="Suspend permit {permit.number}?",
        text="It gives no right on these days. The holder is told the reason.",
        verb="Suspend",
        done="Permit {permit.number} is suspended.",
        run=_suspend,
        form=SuspensionForm,
        more=_suspension,
    ),
    "reinstatement": Act(
        title="Reinstate permit {permit.number}?",
        text="It gives its rights again from now on.",
        verb="Reinstate",
        done="Permit {permit.number} is reinstated.",
        run=lambda doing: operations.reinstate_permit(doing.number, by=doing.by, at=doing.at),
        needs_reason=False,
        is_danger=False,
    ),
    "renewal": Act(
        title="Renew permit {permit.number}?",
        text="The next permit is held with the same plates until it is paid.",
        verb="Renew",
        done="The next permit is held.",
        run=lambda doing: operations.renew_permit(
            doing.number, channel=Permit.Channel.OFFICE, early=True, by=doing.by, at=doing.at
        ),
        permission=Permission.PERMIT_SELL,
        needs_reason=False,
        is_danger=False,
    ),
    "automatic": Act(
        title="Stop the automatic renewal of permit {permit.number}?",
        text="The saved card is forgotten and charged no more. The holder is told.",
        verb="Stop the renewal",
        done="Permit {permit.number} does not renew by itself any more.",
        run=_stop_renewing,
        is_danger=False,
    ),
    "replacement": Act(
        title="Replace hangtag {permit.hangtag}?",
        text="The old number is worth nothing from now on. The program's fee is charged.",
        verb="Give a new hangtag",
        done="The hangtag is replaced.",
        run=lambda doing: operations.replace_hangtag(
            doing.number, reason=doing.reason, by=doing.by, at=doing.at
        ),
    ),
    "deposit": Act(
        title="Return the deposit of permit {permit.number}?",
        text="You have back what it was for. It goes back the way it was paid, less what you keep.",
        verb="Return the deposit",
        done="The deposit is returned.",
        run=_return_deposit,
        form=DepositForm,
        needs_reason=False,
        is_danger=False,
    ),
}
"""Every act by the name of its address."""


def _view(act: Act) -> View:
    """Return the view of an act: it shows the question, or runs it and goes back to the permit."""

    @may(act.permission)
    @asks
    @refusals_shown
    def view(request: HttpRequest, number: str) -> HttpResponse:
        now = timezone.now()
        permit = rows.permit(number)
        form = act.form(posted(request))
        form.fields["reason"].required = act.needs_reason
        if not act.needs_reason:
            form.fields["reason"].widget = form.fields["reason"].hidden_widget()
        if request.method == "POST" and form.is_valid():
            shown = act.run(Doing(permit.number, form.cleaned_data, actor(request), now))
            messages.success(request, act.done.format(permit=permit))
            return redirect("office_permits:detail", number=shown.number)
        context = {
            "act": act,
            "title": act.title.format(permit=permit),
            "form": form,
            "permit": permit,
            "shown": permit_page(permit, by_staff=True, at=now),
            **act.more(permit, now),
        }
        status = 422 if form.errors else 200
        return page(request, "permits/office/act.html", context, status=status)

    return view


VIEWS = {name: _view(act) for name, act in ACTS.items()}
"""The view of every act, by the name of its address."""


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def vehicles(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for all plates of a permit, and list exactly those."""
    now = timezone.now()
    permit = rows.permit(number)
    shown = permit_page(permit, by_staff=True, at=now)
    lines = [f"{p.text}, {p.region}" if p.region else p.text for p in shown.plates]
    form = PlatesForm(posted(request), initial={"plates": "\n".join(lines)})
    if request.method == "POST" and form.is_valid():
        operations.change_vehicles(
            permit.number,
            wanted=read_plates(form.cleaned_data["plates"]),
            by=actor(request),
            at=now,
        )
        messages.success(request, "The plates are changed.")
        return redirect("office_permits:detail", number=permit.number)
    context = {"form": form, "permit": permit, "shown": shown}
    status = 422 if form.errors else 200
    return page(request, "permits/office/vehicles.html", context, status=status)
