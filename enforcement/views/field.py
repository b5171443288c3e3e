"""The officer's pages on a phone: choose a zone, check a plate, write a citation."""

from datetime import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enforcement.cameras import hits, local_reader
from enforcement.cameras.local_reader import NoReader
from enforcement.cameras.reads import Candidate
from enforcement.cameras.rules import percent
from enforcement.forms import (
    ChalkForm,
    CitationForm,
    NoPlateForm,
    PictureForm,
    PlateForm,
    VoidForm,
)
from enforcement.forms_office import PrintForm
from enforcement.models import PlateCheck
from enforcement.operations import checks as checking
from enforcement.operations import citations as citing
from enforcement.operations import observations, shifts
from enforcement.operations import pictures as taken
from enforcement.operations.citations import Draft
from enforcement.printing.slip import verify_path
from enforcement.queries import checks, due, evidence, field
from enforcement.queries import citations as queries
from enforcement.queries.checks import Look
from enforcement.queries.citations import tenant_zone
from enforcement.queries.words import flag_words
from enforcement.views import pictures
from enforcement.views.printing import PAPER
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Permission
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown, refuse

ZONE = "field_zone"
REGION = "field_region"


@may(Permission.PLATE_CHECK)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Go on where the officer works: to the plate, or first to the zones."""
    return redirect("field:check" if _zone(request, timezone.now()) else "field:zones")


@may(Permission.PLATE_CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def zones(request: HttpRequest) -> HttpResponse:
    """List the zones; on a post, remember the one chosen."""
    now = timezone.now()
    rows = field.zones(at=now)
    chosen = request.POST.get("zone", "")
    if request.method == "POST" and any(row.code == chosen for row in rows):
        request.session[ZONE] = chosen
        return redirect("field:check")
    context = {
        "rows": rows,
        "zone": _zone(request, now),
        "shift": field.shift_of(actor(request).ref),
        "due": len(due.due(at=now)),
        "hits": len(hits.hits_for(actor(request).ref, "", at=now)),
    }
    return page(request, "enforcement/field/zones.html", context)


@may(Permission.PLATE_CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Ask for a plate; on a post, look at it and show the verdict."""
    now = timezone.now()
    zone = _zone(request, now)
    if zone is None:
        return redirect("field:zones")
    form = PlateForm(request.POST or None, initial={"region": request.session.get(REGION, "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        request.session[REGION] = data["region"]
        look = Look(data["plate"], data["region"], zone.code, now)
        checked = checking.check_plate(
            look, source=PlateCheck.Source.FIELD, by=actor(request), at=now
        )
        if checked.is_queued:
            # The record is not there yet: the officer gets the answer all the same.
            shown = field.verdict_page(checked.record, at=now)
            first = shown.options[0].value if shown.options else ""
            asked = CitationForm(
                initial={"violation": first, "client_id": uuid4()}, codes=shown.codes
            )
            return _verdict(request, shown, asked)
        return redirect("field:verdict", checked.record.reference)
    return _check(request, form, PictureForm(), zone)


@may(Permission.PLATE_CHECK)
@require_POST
def read_picture(request: HttpRequest) -> HttpResponse:
    """Read the plate on a picture and fill it in, for the officer to look at; nothing is checked or kept."""
    zone = _zone(request, timezone.now())
    if zone is None:
        return redirect("field:zones")
    taking, region = PictureForm(request.POST, request.FILES), request.session.get(REGION, "")
    form = PlateForm(initial={"region": region})
    if taking.is_valid():
        try:
            image = taken.seen(taking.cleaned_data["picture"].read(), zone=tenant_zone())
            plates = local_reader.reader().read(image)
        except (Refused, NoReader) as error:
            taking.add_error("picture", str(error))
        else:
            if not plates:
                taking.add_error(
                    "picture", "No plate was found on it. Go closer, or type the plate."
                )
            else:
                form = PlateForm(initial={"region": region, "plate": plates[0].plate})
                return _check(request, form, PictureForm(), zone, best=plates[0])
    return _check(request, form, taking, zone)


@may(Permission.PLATE_CHECK)
@require_safe
@refusals_shown
def verdict(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show the answer to a look, with what may be written."""
    shown = field.verdict_page(checks.record(reference), at=timezone.now())
    first = shown.options[0].value if shown.options else ""
    form = CitationForm(initial={"violation": first, "client_id": uuid4()}, codes=shown.codes)
    return _verdict(request, shown, form)


@may(Permission.CITATION_ISSUE)
@require_POST
@refusals_shown
def write(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Write the citation that the officer chose; a double tap writes one."""
    now = timezone.now()
    shown = field.verdict_page(checks.record(reference), at=now)
    form = CitationForm(request.POST, request.FILES, codes=shown.codes)
    if not form.is_valid():
        return _verdict(request, shown, form, status=422)
    try:
        issued = citing.write_citation(
            _draft(shown, form, now), form.read_files(), by=actor(request), at=now
        )
    except Refused as refusal:
        form.add_error("photos" if refusal.field == "photo" else None, str(refusal))
        return _verdict(request, shown, form, status=422)
    return redirect("field:citation", issued.citation.number)


@may(Permission.CITATION_ISSUE)
@require_http_methods(["GET", "HEAD", "POST"])
def no_plate(request: HttpRequest) -> HttpResponse:
    """Ask for what tells a vehicle without a plate apart, and cite it; no owner is looked for."""
    now = timezone.now()
    zone = _zone(request, now)
    if zone is None:
        return redirect("field:zones")
    options = field.options_without_plate(zone.code, at=now)
    codes = [option.value for option in options]
    form = NoPlateForm(
        request.POST or None,
        request.FILES or None,
        initial={"client_id": uuid4()},
        codes=codes,
    )
    if request.method == "POST" and form.is_valid():
        draft = Draft(
            plate="",
            region="",
            zone=zone.code,
            issued_at=now,
            without_plate=True,
            vin=form.cleaned_data["vin"],
            **form.written(),
        )
        try:
            issued = citing.write_citation(draft, form.read_files(), by=actor(request), at=now)
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return redirect("field:citation", issued.citation.number)
    context = {"form": form, "options": options, "zone": zone}
    status = 422 if form.errors else 200
    return page(request, "enforcement/field/no_plate.html", context, status=status)


@may(Permission.PLATE_CHECK)
@require_POST
@refusals_shown
def chalk(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Chalk the vehicle that was looked at: its stay is timed."""
    record, now = checks.record(reference), timezone.now()
    form = ChalkForm(request.POST)
    if not form.is_valid():
        raise Refused("chalk", "Read the valves as hours of a clock, 1 to 12.")
    observations.observe(
        plate=record.plate_text,
        region=record.region,
        zone=record.zone_code,
        seen_at=now,
        lat=form.cleaned_data["lat"],
        lon=form.cleaned_data["lon"],
        valve=form.valve,
        block_face=form.cleaned_data["block_face"],
        by=actor(request),
        at=now,
    )
    messages.success(request, "Chalked. The stay is timed.")
    return redirect("field:check")


@may(Permission.PLATE_CHECK)
@require_safe
def citations(request: HttpRequest) -> HttpResponse:
    """List what the officer has written today."""
    now = timezone.now()
    rows = field.citations_today(actor(request).ref, at=now)
    context = {"rows": rows, "zone": _zone(request, now)}
    return page(request, "enforcement/field/citations.html", context)


@may(Permission.CITATION_ISSUE)
@require_safe
@refusals_shown
def citation(request: HttpRequest, number: str) -> HttpResponse:
    """Show a citation that was written: its number, its PIN, what is owed."""
    return _citation(request, number, VoidForm())


@may(Permission.CITATION_ISSUE)
@require_POST
@refusals_shown
def void(request: HttpRequest, number: str) -> HttpResponse:
    """Void what the officer has just written, with a reason."""
    form = VoidForm(request.POST)
    if not form.is_valid():
        return _citation(request, number, form, status=422)
    voided = citing.take_back_citation(
        number, reason=form.cleaned_data["reason"], by=actor(request), at=timezone.now()
    )
    messages.success(request, f"Citation {voided.number} is voided.")
    return redirect("field:citations")


@may(Permission.PLATE_CHECK)
@require_safe
@refusals_shown
def photo(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """Give a photo as it is shown."""
    return pictures.shown(evidence.photo(reference, citation=queries.citation(number)))


@may(Permission.PLATE_CHECK)
@require_POST
def shift(request: HttpRequest) -> HttpResponse:
    """Start or end the officer's shift."""
    change = shifts.end_shift if request.POST.get("end") else shifts.start_shift
    change(by=actor(request), at=timezone.now())
    return redirect("field:zones" if request.POST.get("end") else "field:home")


def _check(
    request: HttpRequest,
    form: PlateForm,
    taking: PictureForm,
    zone: field.ZoneRow,
    best: Candidate | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "zone": zone,
        "last": field.last_checks(actor(request).ref, at=timezone.now()),
        "due": len(due.due(at=timezone.now(), zone=zone.code)) if zone.is_timed else 0,
        "hits": len(hits.hits_for(actor(request).ref, zone.code, at=timezone.now())),
        "may_cite": request.user.may(Permission.CITATION_ISSUE),
        "taking": taking if local_reader.is_wanted() else None,
        "sure": percent(best.share) if best and best.share is not None else "",
    }
    status = 422 if form.errors or taking.errors else 200
    return page(request, "enforcement/field/check.html", context, status=status)


def _zone(request: HttpRequest, at: datetime) -> field.ZoneRow | None:
    """The zone that the officer chose."""
    return field.zone_named(request.session.get(ZONE, ""), at=at)


def _draft(shown: field.VerdictPage, form: CitationForm, now: datetime) -> Draft:
    record = shown.record
    return Draft(
        plate=record.plate_text,
        region=record.region,
        zone=record.zone_code,
        issued_at=now,
        **form.written(),
    )


def _verdict(
    request: HttpRequest, shown: field.VerdictPage, form: CitationForm, status: int = 200
) -> HttpResponse:
    zone = field.zone_named(shown.record.zone_code, at=timezone.now())
    context = {
        "shown": shown,
        "record": shown.record,
        "form": form,
        "zone": zone,
        "may_cite": request.user.may(Permission.CITATION_ISSUE),
        "chalking": ChalkForm(),
    }
    return page(request, "enforcement/field/verdict.html", context, status=status)


def _citation(request: HttpRequest, number: str, form: VoidForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    found = queries.citation(number)
    context = {
        "shown": queries.standing_of(found, at=now),
        "citation": found,
        "photos": evidence.photos_of(found),
        "flags": flag_words(found.flags),
        "form": form,
        "print_form": PrintForm(initial={"how": request.session.get(PAPER, "pdf-58")}),
        "print_url": reverse("field:print", args=[found.number]),
        "verify_url": request.build_absolute_uri(verify_path(found)),
        "zone": _zone(request, now),
        "take_back": field.may_take_back(found, officer_ref=actor(request).ref, at=now),
        "take_back_until": field.take_back_until(found),
    }
    return page(request, "enforcement/field/citation.html", context, status=status)
