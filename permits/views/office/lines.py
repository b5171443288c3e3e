"""Who waits for which permit: the list and its file, one person's entry, and what staff do to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parkops.customers import queries as customers
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import View, may
from parkops.ui.files import csv_file
from parkops.ui.pages import actor, page, refusals_shown, refuse
from parkops.ui.values import Tab
from permits import operations
from permits.forms_waitlist_desk import (
    LineActForm,
    LineFilterForm,
    MoveForm,
    PutInLineForm,
    UntilForm,
)
from permits.models import WaitlistEntry
from permits.queries import line, line_file, office
from permits.queries.told import events_shown
from permits.rules import quotas
from permits.views.posted import posted

PER_PAGE = 25
VIEWS_OF_LIST = {
    "open": "In line",
    "offered": "Offered",
    "passed": "Passed over",
    "closed": "Closed",
}
asks = require_http_methods(["GET", "HEAD", "POST"])


@may(Permission.PERMIT_VIEW)
@require_safe
def line_list(request: HttpRequest) -> HttpResponse:
    """List who waits for which permit type: offers first, then the next first."""
    now = timezone.now()
    filters, form = _filters(request, now)
    shown = Paginator(line.matching(filters), PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = line.places_of(list(shown.object_list), at=now)
    counts = line.counts()
    kept = {key: request.GET[key] for key in ("q", "type") if request.GET.get(key)}
    context = {
        "page": shown,
        "form": form,
        "view": filters.view,
        "file_query": urlencode({**kept, "view": filters.view}),
        "may_change": request.user.may(Permission.PERMIT_CHANGE),
        "tabs": [
            Tab(
                text,
                f"{reverse('office_waitlists:list')}?{urlencode({**kept, 'view': name})}",
                counts[name],
                current=name == filters.view,
            )
            for name, text in VIEWS_OF_LIST.items()
        ],
    }
    return page(request, "permits/office/waitlist.html", context, part="results")


@may(Permission.PERMIT_VIEW)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Give the list as a file, narrowed as it is shown."""
    now = timezone.now()
    filters, _ = _filters(request, now)
    return csv_file("waitlist.csv", line_file.rows(filters, at=now))


@may(Permission.PERMIT_VIEW)
@require_safe
@refusals_shown
def detail(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show one person's entry: where in line, why they were passed over, what happened."""
    entry = line.entry(reference)
    context = {
        "spot": line.place_of(entry, at=timezone.now()),
        "entry": entry,
        "events": events_shown("waitlist", str(entry.reference)),
        "may_change": request.user.may(Permission.PERMIT_CHANGE),
    }
    return page(request, "permits/office/waitlist_entry.html", context)


@may(Permission.PERMIT_CHANGE)
@asks
@refusals_shown
def new(request: HttpRequest) -> HttpResponse:
    """Put a customer in line for a permit type."""
    now = timezone.now()
    try:
        customer = customers.customer(request.GET.get("customer", ""))
    except NotFound:
        return _find(request)
    rules = programme.in_force(now).programme
    kinds = [
        (kind.code, kind.name)
        for kind in rules.permit_types
        if kind.waitlist is not None and quotas.limits_of(kind, rules)
    ]
    form = PutInLineForm(
        posted(request), kinds=kinds, initial={"permit_type": request.GET.get("type")}
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            entry = operations.join_waitlist(
                type_code=asked["permit_type"],
                customer_id=customer.pk,
                wanted=asked["wanted"],
                reason=asked["reason"],
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"{customer} is in line for {entry.type_code}.")
            return redirect("office_waitlists:detail", reference=entry.reference)
    context = {"form": form, "customer": customer, "has_kinds": bool(kinds)}
    status = 422 if form.errors else 200
    return page(request, "permits/office/waitlist_new.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Act:
    """What staff do to an entry: what its page asks, and the operation behind the button."""

    title: str
    text: str
    verb: str
    done: str
    form: type[LineActForm]
    run: Callable[[WaitlistEntry, Mapping[str, Any], Actor, datetime], WaitlistEntry]


def _extend(
    entry: WaitlistEntry, said: Mapping[str, Any], by: Actor, at: datetime
) -> WaitlistEntry:
    zone = programme.in_force(at).programme.tz
    until = said["until"].replace(tzinfo=zone)
    return operations.extend_offer(
        entry.reference, until=until, reason=said["reason"], by=by, at=at
    )


ACTS = {
    "position": Act(
        "Move {customer} to another place in line?",
        "Everybody in between moves by one. They see the reason on their page.",
        "Move",
        "The place in line is changed.",
        MoveForm,
        lambda entry, said, by, at: operations.move_entry(
            entry.reference, position=said["position"], reason=said["reason"], by=by, at=at
        ),
    ),
    "extension": Act(
        "Let the offer to {customer} stand longer?",
        "The place stays held. They are told the new end by e-mail.",
        "Let it stand",
        "The offer stands longer.",
        UntilForm,
        _extend,
    ),
    "removal": Act(
        "Take {customer} out of the line?",
        "A place that is held for them goes to the next. They are told the reason by e-mail.",
        "Take out of the line",
        "They are no longer in line.",
        LineActForm,
        lambda entry, said, by, at: operations.leave_waitlist(
            entry.reference, reason=said["reason"], by=by, at=at
        ),
    ),
}
"""Every act by the name of its address."""


def _view(act: Act) -> View:
    """Return the view of an act: it shows the question, or runs it and goes back to the entry."""

    @may(Permission.PERMIT_CHANGE)
    @asks
    @refusals_shown
    def view(request: HttpRequest, reference: UUID) -> HttpResponse:
        now = timezone.now()
        entry = line.entry(reference)
        form = act.form(posted(request))
        if request.method == "POST" and form.is_valid():
            try:
                act.run(entry, form.cleaned_data, actor(request), now)
            except NotFound:
                raise
            except Refused as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, act.done)
                return redirect("office_waitlists:detail", reference=entry.reference)
        context = {
            "act": act,
            "title": act.title.format(customer=entry.customer),
            "form": form,
            "spot": line.place_of(entry, at=now),
            "entry": entry,
        }
        status = 422 if form.errors else 200
        return page(request, "permits/office/waitlist_act.html", context, status=status)

    return view


VIEWS = {name: _view(act) for name, act in ACTS.items()}
"""The view of every act, by the name of its address."""


def _filters(request: HttpRequest, now: datetime) -> tuple[line.Filters, LineFilterForm]:
    form = LineFilterForm(request.GET or None, kinds=office.kinds(at=now))
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    view = request.GET.get("view", "open")
    return (
        line.Filters(
            text=said.get("q", "").replace("\x00", ""),
            type_code=said.get("type", ""),
            view=view if view in VIEWS_OF_LIST else "open",
        ),
        form,
    )


def _find(request: HttpRequest) -> HttpResponse:
    """Ask who is to be put in line."""
    text = request.GET.get("q", "").replace("\x00", "")
    found = customers.matching(text).order_by("name", "pk")[:20] if text.strip() else []
    context = {
        "text": text,
        "rows": customers.list_rows(list(found)),
        "title": "Put somebody in line",
        "next_url": reverse("office_waitlists:new"),
        "back_url": reverse("office_waitlists:list"),
        "back": "Waitlists",
    }
    return page(request, "permits/office/find.html", context, part="results")
