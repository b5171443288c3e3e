"""What staff do to a permit: each act has a page that asks, and does it on a post."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from permits import operations
from permits.forms import PlatesForm, ReasonForm
from permits.models import Permit
from permits.queries import permits as rows
from permits.queries.pages import permit_page
from permits.queries.refunds import refund_preview
from permits.rules.plates import read_plates
from permits.views.posted import posted

asks = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Question:
    """What an act's page asks: the title, what follows from it, and the verb of its button."""

    title: str
    text: str
    verb: str
    done: str
    needs_reason: bool = True
    is_danger: bool = True
    more: dict[str, Any] = field(default_factory=dict)


def _act(
    request: HttpRequest,
    number: str,
    ask: Callable[[Permit, datetime], Question],
    run: Callable[[str, str, datetime], Permit],
) -> HttpResponse:
    """Show the question of an act, or run it and go back to the permit."""
    now = timezone.now()
    permit = rows.permit(number)
    question = ask(permit, now)
    form = ReasonForm(posted(request))
    form.fields["reason"].required = question.needs_reason
    if request.method == "POST" and form.is_valid():
        shown = run(permit.number, form.cleaned_data["reason"], now)
        messages.success(request, question.done)
        return redirect("office_permits:detail", number=shown.number)
    context = {
        "question": question,
        "form": form,
        "permit": permit,
        "shown": permit_page(permit, at=now),
        **question.more,
    }
    status = 422 if form.errors else 200
    return page(request, "permits/office/act.html", context, status=status)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def approval(request: HttpRequest, number: str) -> HttpResponse:
    """Approve a permit."""

    def ask(permit: Permit, _: datetime) -> Question:
        papers = ", ".join(rows.type_of(permit).documents)
        text = f"You have seen: {papers}." if papers else "The holder is told by e-mail."
        return Question(
            f"Approve permit {permit.number}?",
            text,
            "Approve",
            f"Permit {permit.number} is approved.",
            needs_reason=False,
            is_danger=False,
        )

    def run(number: str, _: str, now: datetime) -> Permit:
        return operations.approve_permit(number, by=actor(request), at=now)

    return _act(request, number, ask, run)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def rejection(request: HttpRequest, number: str) -> HttpResponse:
    """Refuse to approve a permit."""

    def ask(permit: Permit, _: datetime) -> Question:
        return Question(
            f"Refuse permit {permit.number}?",
            "It ends, and all that was paid goes back. The holder is told the reason.",
            "Refuse and refund",
            f"Permit {permit.number} is not approved.",
        )

    def run(number: str, reason: str, now: datetime) -> Permit:
        return operations.reject_permit(number, reason=reason, by=actor(request), at=now)

    return _act(request, number, ask, run)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def cancellation(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel a permit for its holder, after showing what comes back."""

    def ask(permit: Permit, now: datetime) -> Question:
        preview = refund_preview(permit, at=now)
        return Question(
            f"Cancel permit {permit.number}?",
            "It ends now. The holder is told.",
            "Cancel and refund" if preview.back else "Cancel without refund",
            f"Permit {permit.number} is canceled.",
            more={"preview": preview},
        )

    def run(number: str, reason: str, now: datetime) -> Permit:
        done = operations.cancel_permit(number, reason=reason, by=actor(request), at=now)
        return done.permit

    return _act(request, number, ask, run)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def revocation(request: HttpRequest, number: str) -> HttpResponse:
    """Take a permit away, with or without a refund."""
    refund = request.POST.get("refund") == "yes"

    def ask(permit: Permit, now: datetime) -> Question:
        return Question(
            f"Revoke permit {permit.number}?",
            "It ends now and cannot come back. The holder is told the reason.",
            "Revoke",
            f"Permit {permit.number} is revoked.",
            more={"preview": refund_preview(permit, at=now), "asks_refund": True},
        )

    def run(number: str, reason: str, now: datetime) -> Permit:
        return operations.revoke_permit(
            number, reason=reason, refund=refund, by=actor(request), at=now
        )

    return _act(request, number, ask, run)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def suspension(request: HttpRequest, number: str) -> HttpResponse:
    """Suspend a permit."""

    def ask(permit: Permit, _: datetime) -> Question:
        return Question(
            f"Suspend permit {permit.number}?",
            "It gives no right until you reinstate it. The holder is told the reason.",
            "Suspend",
            f"Permit {permit.number} is suspended.",
        )

    def run(number: str, reason: str, now: datetime) -> Permit:
        return operations.suspend_permit(number, reason=reason, by=actor(request), at=now)

    return _act(request, number, ask, run)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def reinstatement(request: HttpRequest, number: str) -> HttpResponse:
    """End a permit's suspension."""

    def ask(permit: Permit, _: datetime) -> Question:
        return Question(
            f"Reinstate permit {permit.number}?",
            "It gives its rights again from now on.",
            "Reinstate",
            f"Permit {permit.number} is reinstated.",
            needs_reason=False,
            is_danger=False,
        )

    def run(number: str, _: str, now: datetime) -> Permit:
        return operations.reinstate_permit(number, by=actor(request), at=now)

    return _act(request, number, ask, run)


@may(Permission.PERMIT_SELL)
@asks
@refusals_shown
def renewal(request: HttpRequest, number: str) -> HttpResponse:
    """Sell the permit that follows on this one."""

    def ask(permit: Permit, _: datetime) -> Question:
        return Question(
            f"Renew permit {permit.number}?",
            "The next permit is held with the same plates until it is paid.",
            "Renew",
            "The next permit is held.",
            needs_reason=False,
            is_danger=False,
        )

    def run(number: str, _: str, now: datetime) -> Permit:
        return operations.renew_permit(
            number, channel=Permit.Channel.OFFICE, by=actor(request), at=now
        )

    return _act(request, number, ask, run)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def replacement(request: HttpRequest, number: str) -> HttpResponse:
    """Give out a new hangtag."""

    def ask(permit: Permit, _: datetime) -> Question:
        return Question(
            f"Replace hangtag {permit.hangtag}?",
            "The old number is worth nothing from now on. The program's fee is charged.",
            "Give a new hangtag",
            "The hangtag is replaced.",
        )

    def run(number: str, reason: str, now: datetime) -> Permit:
        return operations.replace_hangtag(number, reason=reason, by=actor(request), at=now)

    return _act(request, number, ask, run)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def deposit(request: HttpRequest, number: str) -> HttpResponse:
    """Give the deposit back."""

    def ask(permit: Permit, _: datetime) -> Question:
        return Question(
            f"Return the deposit of permit {permit.number}?",
            "You have the hangtag back. The deposit goes back the way it was paid.",
            "Return the deposit",
            "The deposit is returned.",
            needs_reason=False,
            is_danger=False,
        )

    def run(number: str, _: str, now: datetime) -> Permit:
        return operations.return_deposit(number, by=actor(request), at=now)

    return _act(request, number, ask, run)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def vehicles(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for all plates of a permit, and list exactly those."""
    now = timezone.now()
    permit = rows.permit(number)
    shown = permit_page(permit, at=now)
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
