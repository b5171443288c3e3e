"""What holders are told of their permits, once each, in the transaction of the act."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from parkops.kernel.periods import Period
from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from parkops.tenancy import signing
from permits.models import Permit
from permits.queries.permits import money_of, plates_of, type_of
from permits.rules.terms import span_text

PAGE = "permit-page"
"""The purpose of the signature that opens a permit's page to whoever was sent its link."""

VERIFY = "permit-verify"
"""The purpose of the signature in a permit's square, which leads to whether it is valid."""


def number_scanned(token: str) -> str:
    """Return the number of the permit whose square holds this token, empty if it is none's."""
    try:
        return str(signing.unsign(token, purpose=VERIFY))
    except signing.BadSignature:
        return ""


def page_key(permit: Permit) -> str:
    """Return the signature that opens a permit's page without signing in, as long as its holder has
    it: who handed it on sees no more of it."""
    return signing.sign([permit.number, permit.customer_id], purpose=PAGE)


def page_path(permit: Permit) -> str:
    """Return the path of a permit's page, with the signature that opens it without signing in."""
    return f"{reverse('portal_permits:detail', args=[permit.number])}?key={page_key(permit)}"


def tell(event: str, permit: Permit, *, at: datetime, occasion: str = "", **more: Any) -> None:
    """Write the message of `event` to the permit's holder; the same occasion is told once."""
    kind = type_of(permit)
    zone = programme.version(permit.programme_version).programme.tz
    total = money_of(permit, permit.net_minor + permit.tax_minor)
    messaging.send_once(
        event=event,
        key=f"permit:{permit.number}:{event}{occasion and f':{occasion}'}",
        to=permit.customer.email,
        customer_id=permit.customer_id,
        language=permit.customer.language,
        context={
            "name": permit.customer.name,
            "number": permit.number,
            "type": kind.name,
            "term": span_text(Period(permit.starts_at, permit.ends_at), zone),
            "plates": [p.text for p in plates_of([permit], at=at).get(permit.pk, ())],
            "total": total,
            "is_free": not total,
            "status": str(permit.status_at(at)),
            "hangtag": permit.hangtag,
            "documents": list(kind.documents),
            "path": page_path(permit),
            "pdf_path": page_path(permit).replace("?", "permit.pdf?"),
            **more,
        },
        at=at,
    )
