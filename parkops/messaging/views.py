"""The mailbox of a machine that sends no mail."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from parkops.messaging import queries
from parkops.messaging.texts import queries as texts
from parkops.messaging.texts.forms import TextInForm
from parkops.ui.access import public
from parkops.ui.pages import page


@public
def mailbox(request: HttpRequest) -> HttpResponse:
    """List what would have been sent, newest first."""
    _require_open()
    return mailbox_page(request, to=request.GET.get("to", "")[:254])


def mailbox_page(
    request: HttpRequest, *, to: str = "", form: TextInForm | None = None
) -> HttpResponse:
    """Return the mailbox, with what was texted in and why that went wrong."""
    context = {
        "rows": queries.newest(to=to),
        "to": to,
        "texts": texts.newest(),
        "form": form or TextInForm(),
    }
    return page(request, "messaging/mailbox.html", context, status=422 if form else 200)


@public
def message(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Show one message as it would have been sent."""
    _require_open()
    found = queries.by_reference(reference)
    if found is None:
        raise Http404("There is no such message.")
    return page(request, "messaging/message.html", {"message": found})


def _require_open() -> None:
    if not queries.is_mailbox_open():
        raise Http404("This machine sends its mail.")
