"""Parking by text in the office: the line, its keywords, and what was texted."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from parkops.kernel.permissions import Permission
from parkops.messaging.models import TextMessage
from parkops.tenancy import hosts
from parkops.ui.access import may
from parkops.ui.files import csv_stream
from parkops.ui.pages import actor, page
from parkops.ui.values import Tab
from permits import operations
from permits.forms_draws import TextFilterForm
from permits.queries import text_pages

PER_PAGE = 25


@may(Permission.CUSTOMER_VIEW)
@require_safe
def text_list(request: HttpRequest) -> HttpResponse:
    """List texts, newest first, narrowed by phone, words and state; say who carries them."""
    form, said = _narrowed(request)
    shown = Paginator(text_pages.matching(**said), PER_PAGE).get_page(request.GET.get("page"))
    shown.object_list = text_pages.with_tones(list(shown.object_list))
    counts, view = text_pages.counts(), said["view"]
    kept = {"q": said["text"], "state": said["state"]}
    kept = {name: value for name, value in kept.items() if value}
    context = {
        "page": shown,
        "form": form,
        "view": view,
        "shown": text_pages.overview(at=timezone.now()),
        "keywords": text_pages.keywords(),
        "inbound": f"{hosts.current_site_url()}{reverse('texts_inbound')}",
        "file_query": urlencode({**kept, "view": view}),
        "tabs": [
            Tab(
                label,
                f"{reverse('office_texts:list')}?{urlencode({**kept, 'view': name})}",
                counts[name],
                current=name == view,
            )
            for name, label in text_pages.VIEWS.items()
        ],
    }
    return page(request, "permits/office/texts.html", context, part="results")


@may(Permission.CUSTOMER_VIEW)
@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Give the texts as a file, narrowed as they are shown; who took it is recorded."""
    now = timezone.now()
    _, said = _narrowed(request)
    found = text_pages.matching(**said)
    operations.record_export("texts", rows=found.count(), filters=said, by=actor(request), at=now)
    return csv_stream("texts.csv", text_pages.file_batches(found, at=now), tenant=request.tenant)


def _narrowed(request: HttpRequest) -> tuple[TextFilterForm, dict[str, str]]:
    """Return the form of the list's filters, and what it is narrowed to."""
    form = TextFilterForm(request.GET or None, states=TextMessage.State.choices)
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    view = request.GET.get("view", "all")
    return form, {
        "text": said.get("q", "").replace("\x00", ""),
        "state": said.get("state", ""),
        "view": view if view in text_pages.VIEWS else "all",
    }
