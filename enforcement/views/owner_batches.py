"""The office's pages by which registers are asked whose cited vehicles were."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from enforcement.forms_escalation import AnswersForm
from enforcement.operations import owners
from enforcement.queries import owners as asking
from enforcement.rules.tables import Fault
from enforcement.views.escalation import report_pdf
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.files import csv_file
from parkops.ui.pages import act_of, actor, page, refusals_shown, refuse

PER_PAGE = 25
MOST_SHOWN = 100


@may(Permission.ESCALATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def batches(request: HttpRequest) -> HttpResponse:
    """List whose owner is not known, and the batches; on a post, collect those that are ticked."""
    if request.method == "POST":
        _must_manage(request)
        made = owners.make_owner_batch(
            request.POST.getlist("citation"), by=actor(request), at=timezone.now()
        )
        messages.success(request, f"Batch {made.number} is collected.")
        return redirect("office_escalation:owner_batch", made.number)
    waiting = asking.without_owner()
    context = {
        "waiting": list(waiting[:MOST_SHOWN]),
        "count": waiting.count(),
        "page": Paginator(asking.batches(), PER_PAGE).get_page(request.GET.get("page")),
        "may_manage": request.user.may(Permission.ESCALATION_MANAGE),
    }
    return page(request, "enforcement/office/escalation/owners.html", context)


@may(Permission.ESCALATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def batch(request: HttpRequest, number: str) -> HttpResponse:
    """Show a batch with what is proposed and what differs; on a post, do what its button asks."""
    found, now, by = asking.batch(number), timezone.now(), actor(request)
    form, faults = AnswersForm(), tuple[Fault, ...]()
    if request.method == "POST":
        _must_manage(request)
        act, name = act_of(request)
        if act == "bring":
            form = AnswersForm(request.POST, request.FILES)
            if form.is_valid():
                try:
                    brought = owners.bring_answers(
                        found.number, form.cleaned_data["file"].read(), by=by, at=now
                    )
                except Refused as refusal:
                    refuse(form, refusal)
                else:
                    faults = brought.faults
                    messages.success(request, f"{brought.new} records are new.")
                    if not faults:
                        return redirect("office_escalation:owner_batch", found.number)
        else:
            _do(request, found.number, act, name)
            return redirect("office_escalation:owner_batch", found.number)
    found = asking.batch(number)
    rows = asking.rows(found)
    context = {
        "batch": found,
        "rows": rows,
        "left": [row for row in rows if row.is_open],
        "matching": [row for row in rows if row.is_open and row.is_match],
        "form": form,
        "faults": faults,
        "may_manage": request.user.may(Permission.ESCALATION_MANAGE),
    }
    status = 422 if form.errors or faults else 200
    return page(request, "enforcement/office/escalation/owner_batch.html", context, status=status)


@may(Permission.ESCALATION_VIEW)
@require_safe
@refusals_shown
def file(request: HttpRequest, number: str) -> HttpResponse:
    """Give what a register is sent as CSV."""
    found = asking.batch(number)
    return csv_file(f"owners-{found.number}.csv", asking.request_lines(asking.rows(found)))


@may(Permission.ESCALATION_VIEW)
@require_safe
@refusals_shown
def report(request: HttpRequest, number: str) -> HttpResponse:
    """Give the same as a report that a person reads."""
    found = asking.batch(number)
    return report_pdf(
        request,
        title="Whose were these vehicles?",
        number=found.number,
        lines=asking.request_lines(asking.rows(found)),
        at=found.locked_at or found.made_at,
    )


def _do(request: HttpRequest, number: str, act: str, name: str) -> None:
    by, now = actor(request), timezone.now()
    if act == "lock":
        owners.lock_batch(number, by=by, at=now)
        messages.success(request, "The batch is locked. Send its file to the register.")
    elif act == "match":
        taken = owners.accept_matching(number, by=by, at=now)
        messages.success(request, f"{taken} owners are taken.")
    elif act == "remove":
        owners.take_from_batch(number, name, by=by, at=now)
    elif act == "none" and name.isdecimal():
        owners.note_no_owner(int(name), by=by, at=now)
        messages.success(request, "It is noted that the owner cannot be found.")
    elif act == "accept":
        request_id, _, record_id = name.partition("-")
        if not (request_id.isdecimal() and record_id.isdecimal()):
            raise NotFound("There is no such record.")
        owners.accept_owner(int(request_id), int(record_id), by=by, at=now)
        messages.success(request, "The owner is taken.")
    else:
        raise NotFound("There is no such act.")


def _must_manage(request: HttpRequest) -> None:
    if not request.user.may(Permission.ESCALATION_MANAGE):
        raise PermissionDenied("Your role does not include this.")
