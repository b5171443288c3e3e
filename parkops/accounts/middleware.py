"""A session belongs to the schema that made it; anywhere else it is nobody's."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse

SCHEMA_KEY = "_schema"


class OwnSchemaMiddleware:
    """Writes the schema's name into a session at sign-in, and drops one made in another schema."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.tenant is None:
            request.user = AnonymousUser()
            return self.get_response(request)
        session = request.session
        if session.session_key and session.get(SCHEMA_KEY, connection.schema_name) != (
            connection.schema_name
        ):
            session.flush()
            request.user = AnonymousUser()
        response = self.get_response(request)
        if session.modified and SESSION_KEY in session:
            session.setdefault(SCHEMA_KEY, connection.schema_name)
        return response
