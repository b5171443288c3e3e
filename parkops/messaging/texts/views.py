"""Where a provider brings texts, and where one texts in on a machine that has none."""

from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from parkops.messaging import queries
from parkops.messaging.texts import operations
from parkops.messaging.texts.forms import TextInForm
from parkops.messaging.texts.providers import Inbound, Rejected, provider
from parkops.messaging.texts.signatures import BadSignature
from parkops.messaging.views import mailbox_page
from parkops.ui.access import public
from parkops.ui.bodies import is_at_most

LARGEST = 64 * 1024
"""Bytes of a request that brings a text; the text itself is cut at ten joined ones."""


@csrf_exempt
@public
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """Take in a signed text; the same one again changes nothing and gets the same answer."""
    now, carrier = timezone.now(), provider()
    if carrier is None:
        return _refused(404, "no_line", "This organization takes no texts.")
    if not is_at_most(request, LARGEST):
        return _refused(413, "too_large", f"A request has at most {LARGEST // 1024} KiB.")
    try:
        came = carrier.read(request.body, request.headers, at=now)
    except BadSignature as error:
        return _refused(403, "bad_signature", str(error))
    except Rejected as error:
        return _refused(422, "not_a_text", str(error))
    operations.receive(came, at=now)
    return JsonResponse({"received": True, "id": came.id})


@public
@require_POST
def text_in(request: HttpRequest) -> HttpResponse:
    """Text in from the mailbox, as a phone would."""
    if not queries.is_mailbox_open():
        raise Http404("This machine sends its mail.")
    form = TextInForm(request.POST)
    if not form.is_valid():
        return mailbox_page(request, form=form)
    phone, words = form.cleaned_data["phone"], form.cleaned_data["words"]
    operations.receive(Inbound(f"mailbox-{uuid4()}", phone, "", words), at=timezone.now())
    return redirect("mailbox:list")


def _refused(status: int, code: str, why: str) -> HttpResponse:
    return JsonResponse({"code": code, "detail": why}, status=status)
