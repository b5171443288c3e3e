"""Pages of the office where the program is written: the draft, its parts, its publication."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.permissions import Permission
from parkops.programme import (
    checking,
    diff,
    examples,
    grant_week,
    load,
    operations,
    parts,
    queries,
    trying,
)
from parkops.programme.checking import Checked, Finding
from parkops.programme.editing import listing, shape
from parkops.programme.editing.sheet import Sheet, sheet_for, shown_like, value_in
from parkops.programme.forms import DraftFileForm, PublishForm, StartForm
from parkops.programme.models import Draft
from parkops.programme.views import weeks, zone
from parkops.ui.access import may
from parkops.ui.pages import actor, page, refusals_shown
from parkops.ui.values import Tab

OVERVIEW = "office_programme:draft"


@may(Permission.PROGRAMME_EDIT)
@require_safe
@refusals_shown
def overview(request: HttpRequest) -> HttpResponse:
    """Show how the draft stands: what must be mended, what changes; or offer to begin one."""
    now = timezone.now()
    draft = queries.open_draft()
    if draft is None:
        number = queries.in_force(now).number
        context = {"begin_text": f"Begin a draft from version {number}"}
        return page(request, "programme/office/no_draft.html", context)
    context = _standing(draft, now) | {"trial": trying.trial(draft.pk, draft.revision)}
    return page(request, "programme/office/draft.html", context)


@may(Permission.PROGRAMME_EDIT)
@require_POST
@refusals_shown
def start(request: HttpRequest) -> HttpResponse:
    """Begin a draft, from what is in force or from the version that was named."""
    form = StartForm(request.POST)
    if not form.is_valid():
        raise Http404("There is no such version.")
    number = form.cleaned_data["version"]
    try:
        operations.start_draft(version=number, by=actor(request), at=timezone.now())
    except Conflict as open_already:
        messages.error(request, str(open_already))
    else:
        told = f"version {number}" if number else "what is in force"
        messages.success(request, f"A draft from {told} is begun.")
    return redirect(OVERVIEW)


@may(Permission.PROGRAMME_EDIT)
@require_POST
@refusals_shown
def discard(request: HttpRequest) -> HttpResponse:
    """Give the draft up."""
    draft = queries.open_draft()
    if draft is not None:
        operations.discard_draft(draft.pk, by=actor(request), at=timezone.now())
        messages.success(request, "The draft is discarded. What is in force stays as it is.")
    return redirect("office_programme:show")


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def publish(request: HttpRequest) -> HttpResponse:
    """Show what publishing the draft means, and publish it, now or from a day on."""
    now = timezone.now()
    draft = queries.open_draft()
    if draft is None:
        return redirect(OVERVIEW)
    context = _standing(draft, now)
    form = PublishForm(request.POST or None, initial={"revision": draft.revision})
    if request.method == "POST" and form.is_valid():
        try:
            done = operations.publish_draft(
                draft.pk,
                revision=form.cleaned_data["revision"],
                begins_on=form.cleaned_data["begins_on"],
                by=actor(request),
                at=now,
            )
        except Refused as refusal:
            form = PublishForm({**request.POST.dict(), "revision": draft.revision}, auto_id="id_%s")
            form.add_error("begins_on" if refusal.field == "from" else None, str(refusal))
        else:
            messages.success(
                request,
                f"Version {done.number} is published."
                if done.is_new
                else f"Version {done.number} already says this. Nothing changed.",
            )
            return redirect("office_programme:show")
    context |= {
        "trial": trying.trial(draft.pk, draft.revision),
        "form": form,
        "effects": queries.effects(draft, context["checked"].programme, at=now),
        "next_number": (number := queries.history()[0].number + 1),
        "publish_text": f"Publish version {number}",
        "refused": "Mend what must be fixed first." if context["checked"].faults else "",
    }
    status = 422 if form.errors else 200
    return page(request, "programme/office/publish.html", context, status=status)


@may(Permission.PROGRAMME_EDIT)
@require_POST
@refusals_shown
def mean(request: HttpRequest) -> HttpResponse:
    """Say that a finding is meant, and why; or that it is to be looked at after all."""
    now = timezone.now()
    draft = queries.open_draft()
    if draft is None:
        return redirect(OVERVIEW)
    named = {name: request.POST.get(name, "") for name in ("part", "code", "text")}
    found = _standing(draft, now)["checked"].findings
    if not any(named == _name_of(one) for one in found if one.tone != "bad"):
        raise Http404("The draft has no such finding.")
    told: dict[str, Any] = {**named, "by": actor(request), "at": now}
    if "again" in request.POST:
        operations.mind_finding(draft.pk, **told)
        messages.success(request, "It is to be looked at again.")
    else:
        operations.mean_finding(draft.pk, **told, reason=request.POST.get("reason", ""))
        messages.success(request, "It is kept with the draft that this is meant.")
    return redirect(OVERVIEW)


@may(Permission.PROGRAMME_EDIT)
@require_safe
@refusals_shown
def part_list(request: HttpRequest, part: str) -> HttpResponse:
    """Show the things of a part of the draft, to add, change and retire."""
    draft = queries.open_draft()
    if draft is None:
        return redirect(OVERVIEW)
    if part not in (*parts.LISTS, *parts.MAPPINGS, "rest"):
        raise Http404("There is no such part.")
    now = timezone.now()
    context = _standing(draft, now, current=part)
    if part == "rest":
        context["singles"] = listing.singles(draft.document, context["checked"].findings)
        return page(request, "programme/office/draft_rest.html", context)
    base = queries.document(draft.based_on)
    context |= {
        "part": part,
        "name": parts.NAMES[part],
        "rows": listing.rows(draft.document, part, base, context["checked"].findings),
        "retired": listing.retired(draft.document, part, base),
        "heads": listing.HEADS[part],
        "list_title": listing.TITLES[part],
        "add_text": f"Add {_article(parts.NAMES[part])}",
        "empty_text": f"There is no {parts.NAMES[part]} yet",
    }
    return page(request, "programme/office/draft_list.html", context)


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def add(request: HttpRequest, part: str) -> HttpResponse:
    """Write a new thing of a part."""
    if part not in (*parts.LISTS, *parts.MAPPINGS):
        raise Http404("There is no such part.")
    return _edit(request, part, None)


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def edit_thing(request: HttpRequest, part: str, code: str) -> HttpResponse:
    """Change a thing of a part."""
    return _edit(request, part, code)


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def edit_value(request: HttpRequest, part: str) -> HttpResponse:
    """Change a part that is one value."""
    if part not in parts.VALUES:
        raise Http404("There is no such part.")
    return _edit(request, part, None)


@may(Permission.PROGRAMME_EDIT)
@require_POST
@refusals_shown
def retire(request: HttpRequest, part: str, code: str) -> HttpResponse:
    """Take a thing out of the draft."""
    draft = queries.open_draft()
    if draft is None:
        return redirect(OVERVIEW)
    if part in parts.VALUES or parts.find(draft.document, part, code) is None:
        raise Http404("There is no such thing in the draft.")
    _put(request, draft, part, code, None)
    messages.success(request, f"{parts.NAMES[part].capitalize()} {code} is out of the draft.")
    return redirect("office_programme:draft_list", part)


@may(Permission.PROGRAMME_EDIT)
@require_POST
@refusals_shown
def restore(request: HttpRequest, part: str, code: str) -> HttpResponse:
    """Put back into the draft what the version has that it was begun from."""
    draft = queries.open_draft()
    if draft is None:
        return redirect(OVERVIEW)
    value = parts.find(queries.document(draft.based_on), part, code)
    if part in parts.VALUES or value is None:
        raise Http404("The version has no such thing.")
    _put(request, draft, part, code, value)
    messages.success(request, f"{parts.NAMES[part].capitalize()} {code} is back in the draft.")
    return redirect("office_programme:draft_list", part)


@may(Permission.PROGRAMME_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def file(request: HttpRequest) -> HttpResponse:
    """Show the draft as the text of a file, and take one back."""
    now = timezone.now()
    draft = queries.open_draft()
    if draft is None:
        return redirect(OVERVIEW)
    initial = {"text": load.to_yaml(draft.document), "revision": draft.revision}
    form = DraftFileForm(request.POST or None, initial=initial)
    context: dict[str, Any] = _standing(draft, now, current="file") | {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            loaded = load.load(form.cleaned_data["text"].replace("\r\n", "\n"), "program")
            operations.replace_draft(
                draft.pk,
                loaded.document,
                revision=form.cleaned_data["revision"],
                by=actor(request),
                at=now,
            )
        except load.Faulty as faulty:
            context["faults"] = faulty.faults
        except Conflict as conflict:
            form.add_error(None, f"{conflict} Your text is below; the draft is as they left it.")
        else:
            messages.success(request, "The draft says what the file says.")
            return redirect(OVERVIEW)
        return page(request, "programme/office/draft_file.html", context, status=422)
    return page(request, "programme/office/draft_file.html", context)


@dataclass(frozen=True, slots=True)
class _Edited:
    """A part as it is being written."""

    draft: Draft
    part: str
    code: str | None
    value: Any
    sheet: Sheet


def _put(request: HttpRequest, draft: Draft, part: str, code: str, value: Any) -> None:
    """Let a thing of a part be `value`, or take it out (None)."""
    operations.change_draft(
        draft.pk,
        part=part,
        code=code,
        value=value,
        revision=draft.revision,
        by=actor(request),
        at=timezone.now(),
    )


def _edit(request: HttpRequest, part: str, code: str | None) -> HttpResponse:
    now = timezone.now()
    draft = queries.open_draft()
    if draft is None:
        return redirect(OVERVIEW)
    is_thing = part not in parts.VALUES
    if is_thing and part not in (*parts.LISTS, *parts.MAPPINGS):
        raise Http404("There is no such part.")
    if is_thing and code is not None and parts.find(draft.document, part, code) is None:
        raise Http404("There is no such thing in the draft.")
    if request.method != "POST":
        like = request.GET.get("like", "") if part in parts.LISTS and code is None else ""
        copied = like and parts.find(draft.document, part, like) is not None
        flat = shown_like(draft.document, part, like) if copied else None
        sheet = sheet_for(draft.document, part, code, flat)
        value = parts.find(draft.document, part, code) if code or not is_thing else None
        edited = _Edited(draft, part, code, value, sheet)
        return _editor(request, edited, revision=draft.revision, now=now)
    flat = {key: request.POST.getlist(key) for key in request.POST if key.startswith(shape.ROOT)}
    revision = zone.revision_of(request)
    for act, change in ACTS.items():
        if act in request.POST:
            flat = change(flat, request.POST[act])
    value = value_in(draft.document, part, code, flat)
    added = request.POST.get("add-row", "")
    fresh = f"{added}-{shape.count(flat, added) - 1}" if added else ""
    sheet = sheet_for(draft.document, part, code, flat, fresh=fresh)
    key = _key(part, code, request)
    edited = _Edited(draft, part, key, value, sheet)
    if "save" not in request.POST:
        return _editor(request, edited, revision=revision, now=now)
    status, note, theirs = 422, "", []
    try:
        done = operations.change_draft(
            draft.pk,
            part=part,
            code=key if code is not None or part in parts.MAPPINGS else None,
            value=value,
            revision=revision,
            by=actor(request),
            at=now,
        )
    except Conflict as conflict:
        note, status, revision = str(conflict), 409, draft.revision
        theirs = _theirs(edited)
    else:
        if done.is_saved:
            messages.success(request, f"{_title(part, value, key)} is saved in the draft.")
            return redirect(_back(part))
        sheet.say(done.faults)
    return _editor(
        request, edited, revision=revision, now=now, note=note, theirs=theirs, status=status
    )


# Not `add` and `remove`: a form whose button is called so has no method of that name any more.
ACTS = {
    "add-row": shape.add_row,
    "remove-row": shape.remove_row,
    "lift-row": shape.lift_row,
}


def _key(part: str, code: str | None, request: HttpRequest) -> str | None:
    """The code of the thing: of a new calendar it is a field of its own."""
    if part in parts.MAPPINGS and code is None:
        return request.POST.get("code", "").strip()
    return code


def _editor(
    request: HttpRequest,
    edited: _Edited,
    *,
    revision: int,
    now: datetime,
    note: str = "",
    theirs: Sequence[Any] = (),
    status: int = 200,
) -> HttpResponse:
    draft, part, code, sheet = edited.draft, edited.part, edited.code, edited.sheet
    document = draft.document
    if edited.value is not None or part in parts.VALUES:
        document = parts.put(document, part, code, edited.value)
    own = edited.value.get("code") if isinstance(edited.value, dict) else code
    tried = {key[4:]: str(request.POST[key]) for key in request.POST if key.startswith("try-")}
    context = {
        "draft": draft,
        "part": part,
        "code": code,
        "is_thing": part not in parts.VALUES,
        "is_calendar": part in parts.MAPPINGS,
        "pages": _pages(draft, part, code),
        "title": _title(part, edited.value, code),
        "name": parts.NAMES[part],
        "list_url": _back(part),
        "list_name": "The rest" if part in listing.REST else listing.TITLES.get(part, ""),
        "sheet": sheet,
        "is_plain": not (sheet.items and sheet.items[0].kind == "group"),
        "revision": revision,
        "note": note,
        "theirs": theirs,
        "beside": _beside(document, draft, part, str(own or ""), tried, now),
        "is_new": sheet.is_new,
        "years": listing.year_view(edited.value) if part in parts.MAPPINGS else [],
    }
    template = "programme/office/editor.html"
    return page(request, template, context, part=_part(request), status=status)


def _theirs(edited: _Edited) -> list[Any]:
    """What somebody else saved meanwhile, beside what was typed; nothing where one cannot be read."""
    mine = parts.put(edited.draft.document, edited.part, edited.code, edited.value)
    try:
        said, typed = (load.load_document(one).programme for one in (edited.draft.document, mine))
    except load.Faulty:
        return []
    return listing.grouped(diff.differences(said, typed))


def _pages(draft: Draft, part: str, code: str | None) -> list[Tab]:
    """The other pages of a zone or a permit type, above its fields."""
    if code is None or parts.find(draft.document, part, code) is None:
        return []
    if part == "zones":
        return zone.tabs(zone.zone_of(draft, code), zone.programme_of(draft), "facts")
    if part == "permit_types":
        return weeks.grant_tabs(code, grant_week.grants_of(draft.document, code), None)
    return []


def _part(request: HttpRequest) -> str:
    return "beside" if "try" in request.GET else "editor"


def _beside(
    document: parts.Document,
    draft: Draft,
    part: str,
    code: str,
    tried: dict[str, str],
    now: datetime,
) -> dict[str, Any]:
    """What stands beside an editor: the example, what is found of this part, what changes in it."""
    before = queries.in_force(now)
    checked = checking.check(document, before=before.programme, today=_today(before, now))
    own = "" if part in parts.VALUES else code
    shown = None
    lost = any(fault.part == "zones" for fault in checked.faults)
    if checked.programme is not None and not lost:
        shown = examples.example(part, checked.programme, code, tried, at=now)
    about = checked.about(part, own)
    return {
        "groups": listing.grouped(about.changes),
        "findings": checking.apart(about.findings, draft.meant)[0] or _elsewhere(checked),
        "example": shown,
        "has_example": examples.has_example(part),
        "number": before.number,
    }


def _standing(draft: Draft, now: datetime, current: str = "") -> dict[str, Any]:
    """What every page of the draft tells: what it is, how it stands, where its parts are."""
    before = queries.in_force(now)
    checked = checking.check(draft.document, before=before.programme, today=_today(before, now))
    open_ones, meant = checking.apart(checked.findings, draft.meant)
    return {
        "draft": draft,
        "base": queries.version(draft.based_on),
        "version": before,
        "checked": checked,
        "findings": [_linked(finding) for finding in open_ones],
        "meant": meant,
        "faults_told": _faults_told(checked),
        "groups": listing.grouped(checked.changes),
        "tabs": _tabs(draft, current),
        "is_behind": before.number != draft.based_on,
    }


def _linked(finding: Finding) -> dict[str, Any]:
    """A finding with the page where it is mended."""
    url = ""
    if finding.part in parts.VALUES:
        url = reverse("office_programme:draft_value", args=[finding.part])
    elif finding.code:
        url = reverse("office_programme:draft_thing", args=[finding.part, finding.code])
    elif finding.part in listing.TITLES:
        url = reverse("office_programme:draft_list", args=[finding.part])
    told = ("word", "tone", "subject", "text", "part", "code")
    return {name: getattr(finding, name) for name in told} | {"url": url}


def _name_of(finding: Finding) -> dict[str, str]:
    """How a form names a finding."""
    return {"part": finding.part, "code": finding.code, "text": finding.text}


def _elsewhere(checked: Checked) -> tuple[Finding, ...]:
    """Why nothing is said of a part: other parts have faults, so that the whole cannot be read."""
    if not checked.faults:
        return ()
    told = f"{len(checked.faults)} to fix in other parts; more is found once that is done."
    return (Finding("", "", "", "The rest of the draft", told),)


def _faults_told(checked: Checked) -> str:
    count = len(checked.faults)
    return f"{count} must be fixed before publishing" if count else ""


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _tabs(draft: Draft, current: str) -> list[Tab]:
    tabs = [Tab("Overview", reverse(OVERVIEW), current=current == "")]
    for part, title in listing.TITLES.items():
        count = len(parts.codes_of(draft.document, part))
        url = reverse("office_programme:draft_list", args=[part])
        tabs.append(Tab(title, url, count, current == part))
    rest = reverse("office_programme:draft_list", args=["rest"])
    tabs.append(Tab("Rates, fees and the rest", rest, current=current == "rest"))
    tabs.append(Tab("File", reverse("office_programme:draft_file"), current=current == "file"))
    return tabs


def _today(before: queries.InForce, now: datetime) -> Any:
    return now.astimezone(before.programme.tz).date()


def _back(part: str) -> str:
    where = "rest" if part in parts.VALUES else part
    return reverse("office_programme:draft_list", args=[where])


def _title(part: str, value: Any, code: str | None) -> str:
    if part in parts.VALUES:
        name = parts.NAMES[part]
        return f"{name[:1].upper()}{name[1:]}"
    own = value if isinstance(value, dict) else {}
    shown = " ".join(str(own[key]) for key in ("code", "name") if own.get(key)) or code
    return shown or f"New {parts.NAMES[part]}"
