"""Chooses the tenant by host, before anything else looks at the request."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import set_urlconf

from parkops.tenancy import hosts
from parkops.tenancy.models import Tenant

Next = Callable[[HttpRequest], HttpResponse]

_NO_SUCH_SITE = "There is no parking site at this address."
_SUSPENDED = "This parking site is not open at the moment."


class TenantMiddleware:
    """Sets `request.tenant` (None on the public host) and the connection's schema."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            host = request.get_host().rsplit(":", 1)[0].lower().rstrip(".")
        except DisallowedHost:
            return _plain(_NO_SUCH_SITE, 400)
        if hosts.is_public(host):
            connection.set_schema_to_public()
            request.tenant = None
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            set_urlconf(request.urlconf)
            return self.get_response(request)
        tenant = hosts.tenant_of(host)
        if tenant is None or tenant.status == Tenant.Status.PROVISIONING:
            return _plain(_NO_SUCH_SITE, 404)
        if tenant.status == Tenant.Status.SUSPENDED:
            return _plain(_SUSPENDED, 503)
        request.tenant = tenant
        request.urlconf = settings.ROOT_URLCONF
        set_urlconf(request.urlconf)
        connection.set_tenant(tenant)
        return self.get_response(request)


class TenantSessionMiddleware(SessionMiddleware):
    """Sessions exist in tenants only; the public host has none."""

    def process_request(self, request: HttpRequest) -> None:
        if request.tenant is None:
            from django.contrib.sessions.backends.signed_cookies import SessionStore

            request.session = SessionStore()
            return
        super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if getattr(request, "tenant", None) is None:
            return response
        return super().process_response(request, response)


def _plain(text: str, status: int) -> HttpResponse:
    if status == 404:
        return HttpResponseNotFound(text, content_type="text/plain; charset=utf-8")
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
