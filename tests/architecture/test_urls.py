"""Every address says who may open it."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.constants import NOT_SET

from parkops.api_v1 import api
from parkops.kernel.permissions import Permission
from parkops.ui.access import is_guarded

ACCESSES = {"public", "customer", "staff", "token"}

# Operations of the API that are called without a token: path -> what guards them instead.
OPEN = {
    "/hooks/stripe": "the provider's signature",
    "/lpr/{vendor}": "the camera's key in the address or in the vendor's header",
}


def views(patterns, where: str = "") -> Iterator[tuple[str, object]]:
    """Yield every address under `patterns` with its view."""
    for entry in patterns:
        there = where + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns, there)
        elif isinstance(entry, URLPattern):
            yield there, entry.callback


@pytest.mark.parametrize("urlconf", ["parkops.urls", "parkops.urls_public"])
def test_every_view_says_who_may_open_it(urlconf):
    found = list(views(get_resolver(urlconf).url_patterns))
    assert found
    silent = [
        f"{where}: {view.__module__}.{view.__qualname__}"
        for where, view in found
        if not hasattr(view, "access") and not view.__module__.startswith("allauth.")
    ]
    assert silent == []


def test_what_a_view_says_is_known():
    said = {
        where: view.access
        for where, view in views(get_resolver("parkops.urls").url_patterns)
        if hasattr(view, "access")
    }
    assert {
        where: access
        for where, access in said.items()
        if access not in ACCESSES and not isinstance(access, Permission)
    } == {}


def test_the_office_is_for_staff_and_the_field_for_officers():
    for where, view in views(get_resolver("parkops.urls").url_patterns):
        if where.startswith(("office/", "field/")):
            access = view.access
            assert access == "staff" or isinstance(access, Permission), where


def test_every_call_of_the_api_asks_for_a_token():
    operations = [
        (prefix + path, operation)
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
    ]
    assert operations
    without = {
        path
        for path, operation in operations
        if operation.auth_param is NOT_SET or not operation.auth_callbacks
    }
    assert without <= set(OPEN)


def test_a_view_that_says_nothing_is_found():
    def view(request):
        """Answer nobody in particular."""

    assert not is_guarded(view)
    assert [v for _, v in views([URLPattern("x", view)]) if not hasattr(v, "access")] == [view]
