"""The register of citation numbers in the office."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from enforcement.forms_office import RegisterForm, SpoilForm
from enforcement.operations import numbers as operations
from enforcement.queries import citations as citing
from enforcement.queries import numbers as queries
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refuse

PER_PAGE = 50


@may(Permission.CITATION_VIEW)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Show every number of a year, the highest first, and what became of it."""
    this_year = timezone.now().astimezone(citing.tenant_zone()).year
    form = RegisterForm(request.GET, years=queries.years() or [this_year])
    data = form.cleaned_data if form.is_valid() else {}
    year = int(data.get("year") or form.years[0])
    found = Paginator(queries.places(year, data.get("state", "")), PER_PAGE).get_page(
        request.GET.get("page")
    )
    found.object_list = queries.rows_of(year, list(found.object_list))
    tally = queries.tally(year)
    context = {
        "form": form,
        "page": found,
        "tally": tally,
        "gaps": queries.gaps(year) if tally.gaps else [],
        "year": year,
        "may_spoil": request.user.may(Permission.CITATION_VOID),
    }
    return page(request, "enforcement/office/numbers.html", context, part="results")


@may(Permission.CITATION_VOID)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def spoil(request: HttpRequest, number: str) -> HttpResponse:
    """Ask what became of a number that will bear no citation, and record it."""
    row, form = queries.allotted(number), SpoilForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            spoiled = operations.spoil_number(
                number, reason=form.cleaned_data["reason"], by=actor(request), at=timezone.now()
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, f"Number {spoiled.number} is recorded as spoiled.")
            return redirect("office_numbers:list")
    context = {"row": row, "form": form}
    status = 422 if form.errors else 200
    return page(request, "enforcement/office/spoil.html", context, status=status)
