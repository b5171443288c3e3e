"""The host's pages: passes now, links for guests, posters, and lists."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from parkops.kernel.dates import local_date, local_instant, midnight
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.periods import Period
from parkops.kernel.texts import say, say_n
from parkops.programme import queries as programme
from parkops.tenancy import hosts
from parkops.ui import pdf
from parkops.ui.access import customer_only
from parkops.ui.pages import act_of, actor, page, refusals_shown, refuse
from parkops.ui.speech import said
from permits import operations
from permits.forms import LinkForm, PassForm, PassListForm
from permits.models import GuestLink, Permit
from permits.queries import guests
from permits.queries.pages import permit_page
from permits.queries.stays import back_of
from permits.rules.pass_lists import read_list
from permits.rules.plates import Plate, read_plates
from permits.views.portal.owning import own_permit
from permits.views.posted import posted

asks = require_http_methods(["GET", "HEAD", "POST"])


@customer_only
@asks
@refusals_shown
def passes(request: HttpRequest, number: str) -> HttpResponse:
    """Give a visitor's plate a pass from now, give a known one another, or end one."""
    now = timezone.now()
    permit = own_permit(request, number)
    act, reference = act_of(request)
    if act == "end":
        _end_pass(request, permit, reference, now)
        return redirect("portal_permits:passes", number=permit.number)
    tonight = request.POST.get("until") == "tonight"
    form = PassForm(posted(request) if act != "again" else None, until_tonight=tonight)
    plate = _known_plate(permit, reference) if act == "again" else None
    if plate is None and request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        plate = read_plates([(asked["plate"], asked["region"])])[0]
    refused = ""
    if plate is not None:
        hours = 0 if tonight or act == "again" else form.cleaned_data["hours"]
        try:
            operations.give_pass(
                permit.number,
                plate=plate,
                hours=hours,
                until=None if hours else _tonight(now),
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refused = said(refusal)
        else:
            messages.success(request, said(say("{text} may park now.", text=plate.text)))
            return redirect("portal_permits:passes", number=permit.number)
    if refused and form.is_bound:
        form.add_error(None, refused)
    shown = permit_page(permit, at=now)
    context = {
        "shown": shown,
        "permit": permit,
        "form": form,
        "refused": "" if form.is_bound else refused,
        "recent": guests.recent_plates(permit, at=now) if shown.allotment else [],
        "past": guests.past_passes(permit, at=now),
        "now": now,
    }
    status = 422 if form.errors or refused else 200
    return page(request, "permits/portal/passes.html", context, status=status)


@customer_only
@asks
@refusals_shown
def links(request: HttpRequest, number: str) -> HttpResponse:
    """Show a permit's guest links, make one, or close one."""
    now = timezone.now()
    permit = own_permit(request, number)
    act, reference = act_of(request)
    if act == "close":
        link = guests.link_of(permit, _uuid(reference))
        operations.revoke_link(str(link.reference), by=actor(request), at=now)
        messages.success(
            request,
            said(say("The link {link} is closed. Passes taken by it stay.", link=link.name)),
        )
        return redirect("portal_permits:guest_links", number=permit.number)
    zone = programme.in_force(now).programme.tz
    today = local_date(now, zone)
    form = LinkForm(
        posted(request),
        initial={"hours": 8, "per_plate": 1, "opens_on": today, "closes_on": today},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            operations.make_link(
                permit.number,
                name=asked["name"],
                minutes=asked["hours"] * 60,
                uses=asked["uses"],
                per_plate=asked["per_plate"],
                pin=asked["pin"],
                opens_at=midnight(asked["opens_on"], zone),
                closes_at=midnight(asked["closes_on"] + timedelta(days=1), zone),
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            refuse(form, refusal)
        else:
            return redirect("portal_permits:guest_links", number=permit.number)
    context = {
        "permit": permit,
        "form": form,
        "site_url": hosts.current_site_url(),
        "rows": guests.links_of(permit, at=now),
    }
    status = 422 if form.errors else 200
    return page(request, "permits/portal/guest_links.html", context, status=status)


@customer_only
@require_safe
@refusals_shown
def poster(request: HttpRequest, number: str, reference: UUID) -> HttpResponse:
    """Give a link as a poster to print: its QR code, and its code to type."""
    link = guests.link_of(own_permit(request, number), str(reference))
    context = {"tenant": request.tenant, "at": timezone.now(), **poster_of(link)}
    return HttpResponse(
        pdf.render("permits/pdf/poster.html", context),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="guests-{link.code}.pdf"'},
    )


@customer_only
@asks
@refusals_shown
def pass_list(request: HttpRequest, number: str) -> HttpResponse:
    """Give the plates of a list passes for one stretch of time, or end a list."""
    now = timezone.now()
    permit = own_permit(request, number)
    act, batch = act_of(request)
    if act == "end":
        count = operations.end_batch(permit.number, UUID(_uuid(batch)), by=actor(request), at=now)
        messages.success(request, said(say_n("{n} pass is ended.", "{n} passes are ended.", count)))
        return redirect("portal_permits:pass_list", number=permit.number)
    zone = programme.in_force(now).programme.tz
    form = PassListForm(
        posted(request), initial={"day": local_date(now, zone), "from_time": "08:00", "hours": 10}
    )
    faults: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        read = read_list(asked["plates"])
        faults = read.faults
        clock = asked["from_time"]
        start = local_instant(asked["day"], clock.hour * 60 + clock.minute, zone)
        end = start + timedelta(hours=asked["hours"])
        if end <= now:
            form.add_error("day", "This time is over.")
        elif not faults:
            try:
                operations.give_many(
                    permit.number,
                    wanted=read.plates,
                    start=start,
                    end=end,
                    by=actor(request),
                    at=now,
                )
            except Refused as refusal:
                form.add_error(None, said(refusal))
            else:
                messages.success(
                    request,
                    said(
                        say_n("{n} plate has a pass.", "{n} plates have a pass.", len(read.plates))
                    ),
                )
                return redirect("portal_permits:pass_list", number=permit.number)
    context = {
        "permit": permit,
        "shown": permit_page(permit, at=now),
        "form": form,
        "faults": faults[:20],
        "more_faults": max(len(faults) - 20, 0),
        "batches": guests.batches_of(permit, at=now),
    }
    status = 422 if form.errors or faults else 200
    return page(request, "permits/portal/pass_list.html", context, status=status)


def poster_of(link: GuestLink) -> dict[str, object]:
    """Return what a poster shows of a link."""
    path = reverse("portal_guests:take", args=[link.code])
    site = hosts.current_site_url()
    return {
        "link": link,
        "qr_url": f"{site}{path}",
        "typed": "-".join(link.code[i : i + 4] for i in range(0, len(link.code), 4)),
        "type_at": f"{site.partition('://')[2]}{reverse('portal_guests:enter')}",
        "length": guests.length_text(link),
        "last_at": link.closes_at - timedelta(seconds=1),
    }


def _tonight(now: datetime) -> datetime:
    zone = programme.in_force(now).programme.tz
    return midnight(local_date(now, zone) + timedelta(days=1), zone)


def _known_plate(permit: Permit, reference: str) -> Plate:
    known = permit.passes.filter(reference=_uuid(reference)).first()
    if known is None:
        raise NotFound("There is no such pass.")
    return read_plates([(known.plate_text, known.region)])[0]


def _end_pass(request: HttpRequest, permit: Permit, reference: str, now: datetime) -> None:
    known = permit.passes.filter(reference=_uuid(reference)).first()
    if known is None:
        raise NotFound("There is no such pass.")
    given = operations.end_pass(str(known.reference), by=actor(request), at=now)
    back = back_of(given, was=Period(known.starts_at, known.ends_at))
    messages.success(
        request,
        said(say("The pass of {plate} is ended. {back}", plate=given.plate_text, back=back)),
    )


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise NotFound("There is no such thing.") from error
