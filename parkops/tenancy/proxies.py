"""Who is at the other end of a request that came through proxies of ours."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]


class ClientAddressMiddleware:
    """Lets `REMOTE_ADDR` be the visitor's address instead of our proxy's.

    Each proxy adds the address it was called from at the end of `X-Forwarded-For`; what stands before
    those of our own proxies anybody may have written, so it is not looked at. Without this, limits by
    address would hold for all visitors together.
    """

    def __init__(self, get_response: Next) -> None:
        if settings.PROXIES < 1:
            raise MiddlewareNotUsed("Nothing stands in front.")
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = client_of(request.headers.get("x-forwarded-for", ""), proxies=settings.PROXIES)
        if told:
            request.META["REMOTE_ADDR"] = told
        return self.get_response(request)


def client_of(forwarded_for: str, *, proxies: int) -> str:
    """Return the address that the first of our `proxies` was called from; "" if none is told."""
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    if not hops:
        return ""
    try:
        return str(ipaddress.ip_address(hops[-min(proxies, len(hops))]))
    except ValueError:
        return ""
