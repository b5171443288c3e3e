"""Hangtags in the office: the stock, what comes in and goes out, what is lost and found."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from permits import operations
from permits.forms_hangtags import (
    CountForm,
    HandOutForm,
    LossForm,
    ReceiveForm,
    ReturnForm,
    TagForm,
)
from permits.queries import hangtags
from permits.queries import permits as rows
from permits.views.posted import posted

asks = require_http_methods(["GET", "HEAD", "POST"])
FORMS: dict[str, type[forms.Form]] = {
    "receive": ReceiveForm,
    "hand-out": HandOutForm,
    "return": ReturnForm,
    "count": CountForm,
}


@may(Permission.PERMIT_VIEW)
@require_safe
def stock_list(request: HttpRequest) -> HttpResponse:
    """Show how many hangtags of every type are where."""
    context = {"stocks": hangtags.stocks(at=timezone.now())}
    return page(request, "permits/office/hangtags.html", context)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def stock(request: HttpRequest, code: str) -> HttpResponse:
    """Show the hangtags of one type, and receive, hand out, take back or count some."""
    now = timezone.now()
    shown = next((s for s in hangtags.stocks(at=now) if s.code.lower() == code.lower()), None)
    if shown is None:
        raise NotFound("There is no such permit with hangtags.")
    act = request.POST.get("act", "")
    asked = {
        name: form(posted(request) if name == act else None, prefix=name)
        for name, form in FORMS.items()
    }
    if request.method == "POST" and act in asked and asked[act].is_valid():
        try:
            told = _do(request, shown.code, act, asked[act].cleaned_data)
        except Refused as refusal:
            asked[act].add_error(None, str(refusal))
        else:
            messages.success(request, told)
            return redirect("office_hangtags:detail", code=shown.code)
    context = {
        "stock": shown,
        **{f"{name.replace('-', '_')}_form": form for name, form in asked.items()},
        "places": hangtags.places(shown.code),
        "next": hangtags.next_hangtag(shown.code),
        "batches": hangtags.batches(shown.code),
        "counts": hangtags.counts(shown.code),
        "lost": hangtags.lost_of_type(shown.code),
    }
    status = 422 if any(form.errors for form in asked.values()) else 200
    return page(request, "permits/office/hangtag_stock.html", context, status=status)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def give(request: HttpRequest, number: str) -> HttpResponse:
    """Ask which hangtag a permit gets, and bind it."""
    permit = rows.permit(number)
    form = TagForm(posted(request), initial={"tag": hangtags.next_hangtag(permit.type_code)})
    if request.method == "POST" and form.is_valid():
        try:
            operations.give_hangtag(
                permit.number, tag=form.cleaned_data["tag"], by=actor(request), at=timezone.now()
            )
        except Refused as refusal:
            form.add_error("tag", str(refusal))
        else:
            messages.success(request, "The hangtag belongs to this permit.")
            return redirect("office_permits:detail", number=permit.number)
    context = {"form": form, "permit": permit}
    status = 422 if form.errors else 200
    return page(request, "permits/office/hangtag_give.html", context, status=status)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def loss(request: HttpRequest, number: str) -> HttpResponse:
    """Ask how a hangtag was lost, and replace it."""
    now = timezone.now()
    permit = rows.permit(number)
    form = LossForm(posted(request))
    if request.method == "POST" and form.is_valid():
        operations.report_lost(
            permit.number,
            is_stolen=form.cleaned_data["kind"] == "stolen",
            police_reference=form.cleaned_data["police_reference"],
            by=actor(request),
            at=now,
        )
        messages.success(request, "The old hangtag is worth nothing from now on.")
        return redirect("office_permits:detail", number=permit.number)
    context = {
        "form": form,
        "permit": permit,
        "fee": programme.in_force(now).programme.fee("replacement"),
    }
    status = 422 if form.errors else 200
    return page(request, "permits/office/hangtag_loss.html", context, status=status)


@may(Permission.PERMIT_CHANGE)
@require_POST
@refusals_shown
def found(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Note that a lost hangtag is found."""
    lost = operations.note_found(reference, by=actor(request), at=timezone.now())
    messages.success(request, f"Hangtag {lost.text} is off the hot list.")
    return redirect("office_permits:detail", number=lost.permit.number)


def _do(request: HttpRequest, code: str, act: str, told: dict[str, Any]) -> str:
    by, now = actor(request), timezone.now()
    if act == "receive":
        money = programme.in_force(now).programme.money(0)
        price = Money.parse(str(told.pop("price") or 0), money.currency)
        batch = operations.receive_hangtags(code, **told, price=price, by=by, at=now)
        return f"{batch.last - batch.first + 1:,} hangtags are in the store."
    if act == "hand-out":
        moved = operations.hand_out_hangtags(code, **told, by=by, at=now)
        return f"{moved:,} hangtags moved to {told['place'] or 'the store'}."
    if act == "return":
        tag = operations.return_hangtag(code, **told, by=by, at=now)
        return f"Hangtag {tag.text} is {tag.get_state_display().lower()}."
    counted = operations.count_hangtags(
        code, place=told["place"], found=told["found"].split(), by=by, at=now
    )
    if not counted.missing and not counted.unexpected:
        return f"All {counted.expected} are there."
    return f"{len(counted.missing)} are missing, {len(counted.unexpected)} were not expected."
