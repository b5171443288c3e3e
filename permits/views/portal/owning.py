"""Whose permit a visitor may see, and whose they may change."""

from django.http import HttpRequest
from django.utils import timezone

from parkops.customers import operations as customers
from parkops.kernel.decisions import NotFound
from parkops.tenancy import signing
from parkops.tenancy.signing import BadSignature
from permits.models import Permit
from permits.operations.notices import PAGE
from permits.queries import permits as rows

OPENED = "permits_opened"
MOST_OPENED = 50


def opened_by_link(request: HttpRequest, number: str) -> bool:
    """Return whether the address carries the permit's own signature; it is remembered."""
    key = request.GET.get("key", "")
    if not key:
        return False
    try:
        signed = signing.unsign(key, purpose=PAGE)
    except BadSignature:
        return False
    permit = rows.permit(number)
    if signed != [permit.number, permit.customer_id]:
        return False
    remember_opened(request, permit)
    return True


def remember_opened(request: HttpRequest, permit: Permit) -> None:
    """Let this visitor see the permit's page, having shown a link that was sent to its holder; once
    somebody else has the permit that is over."""
    opened = [*request.session.get(OPENED, []), _opened(permit)]
    request.session[OPENED] = list(dict.fromkeys(opened))[-MOST_OPENED:]


def permit_to_see(request: HttpRequest, number: str) -> Permit:
    """Return a permit that is the visitor's own, or whose link they were sent.

    :raises NotFound: for anybody else's, the same as for one that does not exist.
    """
    permit = rows.permit(number)
    if _opened(permit) in request.session.get(OPENED, []) or is_own(request, permit):
        return permit
    raise NotFound("There is no such permit.")


def _opened(permit: Permit) -> str:
    return f"{permit.number}:{permit.customer_id}"


def own_permit(request: HttpRequest, number: str) -> Permit:
    """Return a permit of the signed-in customer.

    :raises NotFound: for anybody else's.
    """
    permit = rows.permit(number)
    if not is_own(request, permit):
        raise NotFound("There is no such permit.")
    return permit


def is_own(request: HttpRequest, permit: Permit) -> bool:
    """Return whether the permit is the signed-in customer's."""
    if not request.user.is_authenticated:
        return False
    customer = customers.customer_for_user(request.user, at=timezone.now())
    return permit.customer_id == customer.pk
