"""A session belongs to the schema that made it; anywhere else it is nobody's (`accounts.sessions`)."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse

from parkops.accounts.sessions import SCHEMA_KEY


class OwnSchemaMiddleware:
    """Writes the schema's name into a session at sign-in; the public host has no users."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.tenant is None:
            request.user = AnonymousUser()
            return self.get_response(request)
        response = self.get_response(request)
        session = request.session
        if session.modified and SESSION_KEY in session:
            session.setdefault(SCHEMA_KEY, connection.schema_name)
        return response
