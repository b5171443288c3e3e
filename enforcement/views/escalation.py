"""The office's pages of escalation: the overview, letters, files for others, write-offs."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from enforcement.forms_escalation import OwnerForm, VehicleForm, WriteOffForm
from enforcement.operations import hand_overs, letters, owners, write_offs
from enforcement.queries import citations as citing
from enforcement.queries import escalation, office
from enforcement.queries import owners as asking
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission
from parkops.ui import pdf
from parkops.ui.access import may
from parkops.ui.files import csv_file
from parkops.ui.pages import act_of, actor, page, refusals_shown, refuse

PER_PAGE = 25


@may(Permission.ESCALATION_VIEW)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show how many citations are at each stage, what comes next, and what waits for a person."""
    now = timezone.now()
    rows, stage = None, request.GET.get("stage")
    if stage is not None:
        stage = stage.replace("\x00", "")
        found = Paginator(escalation.at_stage(stage), PER_PAGE)
        rows = found.get_page(request.GET.get("page"))
        rows.object_list = office.citation_rows(list(rows.object_list), at=now)
    context = {
        "stages": escalation.stages(),
        "stage": stage,
        "page": rows,
        "next": escalation.next_steps(at=now),
        "letters": escalation.waiting_letters().count(),
        "lookups": asking.without_owner().count(),
        "hand_overs": sum(escalation.may_be_handed_over(kind).count() for kind in escalation.KINDS),
        "releases": sum(escalation.releases_to_tell(kind).count() for kind in escalation.KINDS),
        "write_offs": escalation.write_offs_to_accept().count(),
    }
    return page(request, "enforcement/office/escalation/overview.html", context)


@may(Permission.ESCALATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def letters_page(request: HttpRequest) -> HttpResponse:
    """List the letters that wait and their batches; on a post, make a batch or note that one was sent."""
    if request.method == "POST":
        _must_manage(request)
        act, number = act_of(request)
        by, now = actor(request), timezone.now()
        if act == "sent":
            letters.mark_sent(number, by=by, at=now)
            messages.success(request, f"Batch {number} is sent.")
        else:
            batch = letters.make_letter_batch(by=by, at=now)
            messages.success(request, f"Batch {batch.number} is ready to print.")
        return redirect("office_escalation:letters")
    batches = Paginator(escalation.letter_batches(), PER_PAGE)
    waiting = escalation.waiting_letters()
    context = {
        "waiting": list(waiting[:PER_PAGE]),
        "count": waiting.count(),
        "page": batches.get_page(request.GET.get("page")),
        "may_manage": request.user.may(Permission.ESCALATION_MANAGE),
    }
    return page(request, "enforcement/office/escalation/letters.html", context)


@may(Permission.ESCALATION_VIEW)
@require_safe
@refusals_shown
def letter_paper(request: HttpRequest, number: str) -> HttpResponse:
    """Give the letters of a batch as one PDF; as often as wanted, always the same."""
    batch = escalation.letter_batch(number)
    rows = batch.letters.select_related("citation").order_by("pk")
    context = {
        "tenant": request.tenant,
        "batch": batch,
        "letters": [(letter, _money(letter.said), _next_on(letter.said)) for letter in rows],
    }
    paper = pdf.render(
        "enforcement/pdf/letters.html", context, sheets=(*pdf.SHEETS, "css/pdf/letters.css")
    )
    return _pdf(paper, f"letters-{batch.number}")


@may(Permission.ESCALATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def hand_overs_page(request: HttpRequest) -> HttpResponse:
    """List what is and may be handed over and taken back; on a post, make the file."""
    if request.method == "POST":
        _must_manage(request)
        act, kind = act_of(request)
        make = hand_overs.tell_releases if act == "release" else hand_overs.hand_over
        batch = make(kind, by=actor(request), at=timezone.now())
        messages.success(request, f"File {batch.number} is ready.")
        return redirect("office_escalation:hand_overs")
    kinds = [
        (
            kind,
            name,
            escalation.may_be_handed_over(kind).count(),
            escalation.handed_over(kind).count(),
            escalation.releases_to_tell(kind).count(),
        )
        for kind, name in escalation.KINDS.items()
    ]
    batches = Paginator(escalation.hand_over_batches(), PER_PAGE)
    context = {
        "kinds": kinds,
        "names": escalation.KINDS,
        "page": batches.get_page(request.GET.get("page")),
        "may_manage": request.user.may(Permission.ESCALATION_MANAGE),
    }
    return page(request, "enforcement/office/escalation/hand_overs.html", context)


@may(Permission.ESCALATION_VIEW)
@require_safe
@refusals_shown
def hand_over_file(request: HttpRequest, number: str) -> HttpResponse:
    """Give a file for others as CSV."""
    batch = escalation.hand_over_batch(number)
    return csv_file(f"{batch.kind}-{batch.number}.csv", escalation.hand_over_lines(batch))


@may(Permission.ESCALATION_VIEW)
@require_safe
@refusals_shown
def hand_over_report(request: HttpRequest, number: str) -> HttpResponse:
    """Give the same as a report that a person reads."""
    batch = escalation.hand_over_batch(number)
    name = escalation.KINDS[batch.kind]
    return report_pdf(
        request,
        title=f"{name}: {'taken back' if batch.is_release else 'handed over'}",
        number=batch.number,
        lines=escalation.hand_over_lines(batch),
        at=batch.made_at,
    )


@may(Permission.ESCALATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def write_offs_page(request: HttpRequest) -> HttpResponse:
    """List the write-offs that wait for a second person; on a post, accept one or not."""
    if request.method == "POST":
        if not request.user.may(Permission.WRITE_OFF):
            raise PermissionDenied("Your role does not include this.")
        act, number = act_of(request)
        write_offs.decide_write_off(
            number, accept=act == "accept", by=actor(request), at=timezone.now()
        )
        messages.success(request, "It is decided.")
        return redirect("office_escalation:write_offs")
    rows = [
        (row, Money(row.amount_minor, request.tenant.currency))
        for row in escalation.write_offs_to_accept()[:200]
    ]
    context = {"rows": rows, "may_write_off": request.user.may(Permission.WRITE_OFF)}
    return page(request, "enforcement/office/escalation/write_offs.html", context)


@may(Permission.ESCALATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def citation(request: HttpRequest, number: str) -> HttpResponse:
    """Show whose the vehicle was and where the citation is; on a post, name the owner or write it off."""
    found, now, by = citing.citation(number), timezone.now(), actor(request)
    act = request.POST.get("act", "")
    naming = OwnerForm(request.POST if act == "owner" else None)
    giving = WriteOffForm(request.POST if act == "write_off" else None)
    seeing = VehicleForm(
        request.POST if act == "vehicle" else None,
        initial={"vehicle": found.vehicle_seen, "plate_expires_on": found.plate_expires_on},
    )
    asked = {"owner": naming, "write_off": giving, "vehicle": seeing}.get(act)
    if request.method == "POST":
        is_owner = act in ("owner", "vehicle")
        needed = Permission.ESCALATION_MANAGE if is_owner else Permission.WRITE_OFF
        if not request.user.may(needed):
            raise PermissionDenied("Your role does not include this.")
        if act == "take_back":
            write_offs.take_back_write_off(found.number, by=by, at=now)
            messages.success(request, "It is owed again.")
            return redirect("office_escalation:citation", found.number)
    if asked is not None and asked.is_valid():
        try:
            if act == "owner":
                owners.name_owner(found.number, **asked.cleaned_data, by=by, at=now)
            elif act == "vehicle":
                owners.note_vehicle(found.number, **asked.cleaned_data, by=by, at=now)
            else:
                write_offs.write_off(found.number, **asked.cleaned_data, by=by, at=now)
        except Refused as refusal:
            refuse(asked, refusal)
        else:
            messages.success(request, "It is on record.")
            return redirect("office_escalation:citation", found.number)
    held = escalation.write_off_of(found)
    context = {
        "shown": office.citation_page(found, at=now),
        "owner": asking.owner_of(found),
        "batch": asking.open_batch_of(found),
        "letters": list(found.letters.select_related("batch").order_by("pk")),
        "hand_overs": list(found.hand_overs.select_related("batch").order_by("pk")),
        "kinds": escalation.KINDS,
        "held": held,
        "held_amount": Money(held.amount_minor, request.tenant.currency) if held else None,
        "naming": naming,
        "giving": giving,
        "seeing": seeing,
        "may_manage": request.user.may(Permission.ESCALATION_MANAGE),
        "may_write_off": request.user.may(Permission.WRITE_OFF),
    }
    status = 422 if naming.errors or giving.errors or seeing.errors else 200
    return page(request, "enforcement/office/escalation/citation.html", context, status=status)


def report_pdf(
    request: HttpRequest, *, title: str, number: str, lines: list[list[str]], at: object
) -> HttpResponse:
    """Return the lines of a file as a paper that a person reads."""
    context = {
        "tenant": request.tenant,
        "title_text": title,
        "number": number,
        "head": [name.removesuffix("_on").replace("_", " ").capitalize() for name in lines[0]],
        "rows": lines[1:],
        "at": at,
    }
    return _pdf(pdf.render("enforcement/pdf/lines.html", context), f"report-{number}")


def _pdf(paper: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        paper,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


def _money(said: dict[str, str]) -> dict[str, Money]:
    """The amounts of a letter as they were when it was written."""
    named = {"owed": said["owed"], "fine": said["fine"], "next_owed": said["next_owed"]}
    return {name: Money.parse(text, said["currency"]) for name, text in named.items() if text}


def _next_on(said: dict[str, str]) -> date | None:
    """The day of the next step, as it was known when the letter was written."""
    return date.fromisoformat(said["next_on"]) if said["next_on"] else None


def _must_manage(request: HttpRequest) -> None:
    if not request.user.may(Permission.ESCALATION_MANAGE):
        raise PermissionDenied("Your role does not include this.")
