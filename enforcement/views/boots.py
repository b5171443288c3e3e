"""The office's register of boots and tows, its cases and its inventory."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enforcement.forms_boots import ApplyForm, DeviceForm, ReasonForm, ReleaseForm, TowForm
from enforcement.models import BootCase
from enforcement.operations import boot_cases as booting
from enforcement.operations import releases, tows
from enforcement.queries import boot_cases as casing
from enforcement.queries import boot_pages
from enforcement.rules.holding import State
from enforcement.views import pictures
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.permissions import Permission
from parkops.tenancy import hosts
from parkops.ui import pdf
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refuse

PER_PAGE = 25
FORMS: dict[str, type[Form]] = {
    "apply": ApplyForm,
    "tow": TowForm,
    "release": ReleaseForm,
    "cancel": ReasonForm,
}
DONE = {
    "apply": "The boot is on.",
    "tow": "The vehicle is in the lot.",
    "release": "The vehicle may go.",
    "cancel": "The order is taken back.",
    "end": "The vehicle is gone.",
}


@may(Permission.CITATION_VIEW)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """List the vehicles that may be booted, and those ordered, booted, towed and to be let go."""
    now = timezone.now()
    state = request.GET.get("state", "")
    state = state if state in set(State) else ""
    ready, waiting = boot_pages.eligible(at=now)
    context = {
        "tabs": boot_pages.tabs(state, eligible=len(ready)),
        "state": state,
        "ready": ready,
        "waiting": waiting,
        "may_order": request.user.may(Permission.BOOT_ORDER),
    }
    if state:
        found = Paginator(casing.cases(state), PER_PAGE).get_page(request.GET.get("page"))
        found.object_list = boot_pages.rows(list(found.object_list), at=now)
        context["page"] = found
    return page(request, "enforcement/office/boots/register.html", context)


@may(Permission.BOOT_ORDER)
@require_POST
@refusals_shown
def order(request: HttpRequest) -> HttpResponse:
    """Order a boot for a vehicle of the list."""
    case = booting.order_boot(
        plate=request.POST.get("plate", ""),
        region=request.POST.get("region", ""),
        by=actor(request),
        at=timezone.now(),
    )
    messages.success(request, f"A boot is ordered, case {case.number}.")
    return redirect("office_boots:detail", case.number)


@may(Permission.BOOT_ORDER)
@require_POST
@refusals_shown
def notice(request: HttpRequest) -> HttpResponse:
    """Note that a notice was left on a vehicle."""
    booting.leave_notice(
        plate=request.POST.get("plate", ""),
        region=request.POST.get("region", ""),
        by=actor(request),
        at=timezone.now(),
    )
    messages.success(request, "The notice is on record; its days run from now.")
    return redirect("office_boots:list")


@may(Permission.CITATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show all about a case; on a post, do what its button asks."""
    found = casing.case(number)
    act = request.POST.get("act", "")
    forms = {name: _form(name, request if name == act else None) for name in FORMS}
    if request.method == "POST" and act in DONE:
        needed = Permission.BOOT_RELEASE if act == "release" else Permission.BOOT_ORDER
        if not request.user.may(needed):
            raise PermissionDenied("Your role does not include this.")
        form = forms.get(act)
        if form is None or form.is_valid():
            try:
                _do(request, found, act, form)
            except Refused as refusal:
                if form is None:
                    raise
                refuse(form, refusal)
            else:
                messages.success(request, DONE[act])
                return redirect("office_boots:detail", found.number)
    context = {
        "shown": boot_pages.case_page(found, at=timezone.now()),
        "forms": forms,
        "act": act,
        "may_order": request.user.may(Permission.BOOT_ORDER),
        "may_release": request.user.may(Permission.BOOT_RELEASE),
        "owner_path": casing.path_of(found),
    }
    status = 422 if any(form.errors for form in forms.values()) else 200
    return page(request, "enforcement/office/boots/case.html", context, status=status)


@may(Permission.CITATION_VIEW)
@require_safe
@refusals_shown
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """Give the sticker of a held vehicle, or its release letter, as a PDF."""
    return paper(request, casing.case(number))


@may(Permission.CITATION_VIEW)
@require_safe
@refusals_shown
def photo(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """Give a photo of a case as it is shown."""
    return pictures.shown(casing.photo(reference, case=casing.case(number)))


@may(Permission.CITATION_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def inventory(request: HttpRequest) -> HttpResponse:
    """List the boots that we own and where each is; on a post, add one or take one out."""
    act, adding, leaving = request.POST.get("act", ""), DeviceForm(), ReasonForm()
    form: Form
    if request.method == "POST":
        if not request.user.may(Permission.BOOT_ORDER):
            raise PermissionDenied("Your role does not include this.")
        form = leaving = ReasonForm(request.POST) if act == "withdraw" else leaving
        if act != "withdraw":
            form = adding = DeviceForm(request.POST)
        if form.is_valid():
            by, now, data = actor(request), timezone.now(), form.cleaned_data
            try:
                if act == "withdraw":
                    booting.withdraw_device(
                        request.POST.get("device", ""), reason=data["reason"], by=by, at=now
                    )
                else:
                    booting.add_device(**data, by=by, at=now)
            except Refused as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, "The inventory is up to date.")
                return redirect("office_boots:inventory")
    rows = casing.devices()
    context = {
        "rows": rows,
        "free": [row for row in rows if row.case is None],
        "adding": adding,
        "leaving": leaving,
        "may_order": request.user.may(Permission.BOOT_ORDER),
    }
    status = 422 if adding.errors or leaving.errors else 200
    return page(request, "enforcement/office/boots/inventory.html", context, status=status)


def paper(request: HttpRequest, found: BootCase) -> HttpResponse:
    """Return the paper of a case: while its vehicle is held the sticker, with the way to pay; then the
    letter by which it goes.

    :raises NotFound: while it is only ordered.
    """
    shown = casing.now(found, at=timezone.now())
    if shown.state in (State.ORDERED, State.CANCELLED):
        raise NotFound("There is no paper before the vehicle is held.")
    is_released = found.released_at is not None
    context = {
        "tenant": request.tenant,
        "shown": shown,
        "case": found,
        "pay_url": f"{hosts.current_site_url()}{casing.path_of(found)}",
    }
    name = "release" if is_released else "sticker"
    return HttpResponse(
        pdf.render(f"enforcement/pdf/{name}.html", context),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}-{found.number}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


def _form(name: str, request: HttpRequest | None) -> Form:
    more: dict[str, Any] = {"devices": casing.free_devices()} if name == "apply" else {}
    if request is None:
        return FORMS[name](prefix=name, **more)
    return FORMS[name](request.POST, request.FILES, prefix=name, **more)


def _do(request: HttpRequest, found: BootCase, act: str, form: Form | None) -> None:
    by, now = actor(request), timezone.now()
    if isinstance(form, ApplyForm):
        device, files = form.cleaned_data["device"], form.read_files()
        booting.apply_boot(
            found.number, device=device, spot=form.spot(), files=files, by=by, at=now
        )
    elif isinstance(form, TowForm):
        tows.tow_vehicle(
            plate=found.plate_text,
            region=found.region,
            lot=form.cleaned_data["lot"],
            tower=form.cleaned_data["tower"],
            files=form.read_files(),
            by=by,
            at=now,
        )
    elif isinstance(form, ReleaseForm):
        releases.release_vehicle(found.number, **form.cleaned_data, by=by, at=now)
    elif form is not None:
        booting.cancel_order(found.number, reason=form.cleaned_data["reason"], by=by, at=now)
    else:
        releases.end_case(found.number, by=by, at=now)
