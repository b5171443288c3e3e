"""Anybody asks whether a vehicle is permitted in a zone now: the answer is one word, and no more."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from enforcement.forms import PermittedForm
from enforcement.models import PlateLook
from enforcement.operations import looks
from enforcement.queries import permitted
from parkops.api import limits
from parkops.kernel.decisions import NotFound
from parkops.ui.access import public
from parkops.ui.pages import actor, page, refusals_shown, refused_on

ASKED_A_MINUTE = 30


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@refusals_shown
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a plate and a zone; on a post, say whether it is permitted. The look is kept."""
    now = timezone.now()
    zones = permitted.zones_to_ask(at=now)
    if zones is None:
        raise NotFound("This parking office does not answer that here.")
    form = PermittedForm(request.POST or None, zones=zones, initial=request.GET.dict())
    word = None
    if request.method == "POST" and form.is_valid():
        limits.require_calm(request, "permitted", per_minute=ASKED_A_MINUTE)
        asked = form.cleaned_data
        with refused_on(form):
            word = permitted.is_permitted(asked["plate"], asked["region"], asked["zone"], at=now)
            looks.note_search(
                asked["plate"], place=PlateLook.Place.PUBLIC, by=actor(request), at=now
            )
    context = {"form": form, "word": word, "now": now}
    status = 422 if form.errors else 200
    return page(request, "enforcement/portal/permitted.html", context, status=status)
