"""The mailbox of a machine that sends no mail."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from parkops.messaging import queries
from parkops.ui.access import public
from parkops.ui.pages import page


@public
def mailbox(request: HttpRequest) -> HttpResponse:
    """List what would have been sent, newest first."""
    _require_open()
    to = request.GET.get("to", "")[:254]
    context = {"rows": queries.newest(to=to), "to": to}
    return page(request, "messaging/mailbox.html", context)


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
