"""Where the owner of a plate finds out who looked at it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from enforcement.queries import looks
from parkops.accounts.models import User
from parkops.customers import queries as customers
from parkops.customers.operations import customer_for_user
from parkops.ui.access import customer_only
from parkops.ui.pages import page, refusals_shown


@customer_only
@require_safe
@refusals_shown
def own(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Tell a customer which looks at their plate are kept, and until when."""
    user, now = request.user, timezone.now()
    assert isinstance(user, User), "customer_only lets nobody else in"
    customer = customer_for_user(user, at=now)
    vehicle = customers.vehicle(reference, customer_id=customer.pk)
    shown = looks.own_page(vehicle, at=now)
    return page(request, "enforcement/portal/looks.html", {"shown": shown})
