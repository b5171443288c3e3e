"""What pages of the ui need in tests: a request of a tenant, and templates from text."""

from types import SimpleNamespace

import pytest
from django.template import engines
from django.test import RequestFactory

TENANT = SimpleNamespace(
    name="Harbor <Town>",
    timezone="America/Los_Angeles",
    locale="en-US",
    currency="USD",
    languages=["en", "es"],
    brand="#54318c",
    brand_night="#bda8ee",
    brand_mark="#d9a441",
)


class Person(SimpleNamespace):
    """Someone who is signed in, or not, without a database."""

    is_authenticated = False
    is_staff_member = False
    roles = ()
    name = ""
    email = ""
    permissions = frozenset()

    def may(self, permission):
        """Return whether this person was given the permission."""
        return permission in self.permissions


def request_of(path="/", *, tenant=TENANT, user=None):
    """Return a request of `tenant` that no middleware has seen."""
    request = RequestFactory().get(path)
    request.tenant = tenant
    request.user = user or Person()
    request.csp_nonce = "a-nonce"
    request._messages = []
    return request


@pytest.fixture
def draw():
    """Render template text as on a page of the tenant."""

    def render(source, path="/", **context):
        return engines["django"].from_string(source).render(context, request_of(path))

    return render
