"""The mapping to the institution's own ledger in the office: its rows, what one gives, what has none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refused_on
from payments import operations, place, queries
from payments.forms_books import CodeForm, FactsForm
from payments.models import GlCode
from payments.queries import gl as codes
from payments.rules import gl
from payments.rules.gl import Facts, Row
from payments.views.book_tabs import tabs


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A row of the mapping: whether it holds, will hold, or did, and where it is changed."""

    written: GlCode
    state: str
    tone: str
    change_url: str


@dataclass(frozen=True, slots=True)
class UnmappedLine:
    """What moved without a code, with where one is given."""

    moved: codes.Moved
    amount: Money
    url: str


@may(Permission.LEDGER_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def code_list(request: HttpRequest) -> HttpResponse:
    """Show the mapping, what a movement is booked under and why; a form writes a row."""
    now = timezone.now()
    today, opens = place.local_date(now), codes.first_open_day()
    may_manage = request.user.may(Permission.LEDGER_MANAGE)
    first = opens or today.replace(day=1)
    choices = _choices(now)
    form = CodeForm(
        request.POST if request.method == "POST" else None,
        initial={"begins_on": first, **_asked(request)},
        **choices,
    )
    if request.method == "POST":
        if not may_manage:
            raise PermissionDenied
        if form.is_valid():
            with refused_on(form):
                told = form.cleaned_data
                row = Row(
                    told["account"],
                    told["code"],
                    told["begins_on"],
                    told["cost_center"],
                    told["zone"],
                    told["item"],
                    told["audience"],
                )
                operations.write_code(row, by=actor(request), at=now)
                messages.success(request, f"From {row.begins_on:%-d %B %Y}: {row.words}.")
                return redirect("office_ledger:codes")
    trying = FactsForm(request.GET if "try" in request.GET else None, auto_id="try-%s", **choices)
    context = {
        "form": form,
        "trying": trying,
        "booked": _tried(trying, today),
        "may_manage": may_manage,
        "lines": _lines(today, opens),
        "unmapped": _unmapped(first, today) if first <= today else [],
        "first": first,
        "tabs": tabs("codes"),
    }
    return page(request, "payments/office/codes.html", context, status=422 if form.errors else 200)


def _tried(form: FactsForm, today: date) -> gl.Booked | None:
    if not form.is_bound or not form.is_valid():
        return None
    told = form.cleaned_data
    facts = Facts(told["zone"], told["item"], told["audience"])
    return gl.booked(gl.in_force(codes.rows(), today), told["account"], facts)


def _lines(today: date, opens: date | None) -> list[CodeLine]:
    holds = gl.in_force(codes.rows(), today)
    found = []
    for one in codes.written():
        row = codes.row_of(one)
        if row in holds:
            state, tone = "Holds", "good"
        elif row.begins_on > today:
            state, tone = ("Will hold" if row.code else "Will end"), "info"
        else:
            state, tone = ("Held" if row.code else "Ended"), ""
        told = (row.account, row.zone, row.item, row.audience, row.code, row.cost_center)
        found.append(CodeLine(one, state, tone, _url(*told)))
    return found


def _unmapped(first: date, last: date) -> list[UnmappedLine]:
    return [
        UnmappedLine(
            one,
            place.money(one.debit - one.credit),
            _url(one.account, one.facts.zone, one.facts.item, one.facts.audience),
        )
        for one in codes.unmapped(first, last)
    ]


def _url(
    account: str, zone: str, item: str, audience: str, code: str = "", cost_center: str = ""
) -> str:
    asked = {
        "account": account,
        "zone": zone,
        "item": item,
        "audience": audience,
        "code": code,
        "cost_center": cost_center,
    }
    told = urlencode({key: value for key, value in asked.items() if value})
    return f"{reverse('office_ledger:codes')}?{told}#write"


def _asked(request: HttpRequest) -> dict[str, str]:
    keys = ("account", "zone", "item", "audience", "code", "cost_center")
    return {
        key: request.GET[key] for key in keys if key in request.GET and "try" not in request.GET
    }


def _choices(at: datetime) -> dict[str, list[tuple[str, str]]]:
    rules = programme.in_force(at).programme
    known = codes.written()

    def listed(now: Iterable[Any], before: Iterable[str]) -> list[tuple[str, str]]:
        found = {one.code: f"{one.code}, {one.name}" for one in now}
        for code in before:
            if code:
                found.setdefault(code, code)
        return [("", "Any"), *found.items()]

    return {
        "accounts": [(one.code, str(one)) for one in queries.accounts()],
        "zones": listed(rules.zones, [one.zone_code for one in known]),
        "items": listed([*rules.permit_types, *rules.violations], [one.item_code for one in known]),
        "audiences": listed(rules.audiences, [one.audience for one in known]),
    }
