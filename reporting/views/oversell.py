"""How many permits of a type may be sold for its spaces: advised, drawn, put into the draft."""

from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import Conflict
from parkops.kernel.permissions import Permission
from parkops.programme import operations as programme
from parkops.programme import queries as versions
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from permits.rules import oversell
from reporting.forms import RiskForm
from reporting.queries import oversell as queries


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def advice(request: HttpRequest, code: str) -> HttpResponse:
    """Show how many may be sold at a chosen risk, from how many holders came."""
    form = RiskForm(request.GET or None)
    risk = _risk(form)
    found = queries.adviser(code, risk=risk, at=timezone.now())
    draft = versions.open_draft()
    context = {
        "found": found,
        "form": form if form.is_bound else RiskForm(initial={"risk": risk.denominator}),
        "risk": risk,
        "days_chart": queries.shares_chart(found.days) if found.days else None,
        "risk_chart": queries.risk_chart(found),
        "may_edit": request.user.may(Permission.PROGRAMME_EDIT),
        "has_draft": draft is not None,
    }
    return page(request, "reporting/office/oversell.html", context)


@may(Permission.PROGRAMME_EDIT)
@require_POST
@refusals_shown
def use(request: HttpRequest, code: str) -> HttpResponse:
    """Put the advised number into the open draft's quota of the type.

    :raises Conflict: if no draft is open, or the draft has the type no more.
    """
    risk = _risk(RiskForm(request.POST))
    now = timezone.now()
    found = queries.adviser(code, risk=risk, at=now)
    found.decision.require()
    draft = versions.open_draft()
    if draft is None or found.advice is None:
        raise Conflict("no_draft", "There is no draft. Begin one on the page of the program.")
    row = _type_in(draft.document, code)
    if row is None:
        raise Conflict("no_such_type", f"The draft has no permit type {code}.")
    over = oversell.percent_over(found.advice.number, total=found.spaces)
    quota = {**(row.get("quota") or {}), "total": found.spaces, "oversell": over}
    changed = programme.change_draft(
        draft.pk,
        part="permit_types",
        code=row["code"],
        value={**row, "quota": quota},
        revision=draft.revision,
        by=actor(request),
        at=now,
    )
    if changed.is_saved:
        told = f"The draft sells {found.advice.number:,} of {row['code']}: {found.spaces:,} and {over}."
        messages.success(request, told)
    else:
        messages.error(request, changed.faults[0].message)
    back = reverse("office_oversell:advice", args=[code])
    return redirect(f"{back}?risk={risk.denominator}")


def _risk(form: RiskForm) -> Fraction:
    return Fraction(1, form.cleaned_data["risk"]) if form.is_valid() else Fraction(1, 20)


def _type_in(document: dict[str, Any], code: str) -> dict[str, Any] | None:
    rows = document.get("permit_types") or []
    return next((row for row in rows if code_key(str(row.get("code"))) == code_key(code)), None)
