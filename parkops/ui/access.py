"""Who may open a page. A view that does not say is refused: silence is never permission."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url

from parkops.kernel.permissions import Permission

View = Callable[..., HttpResponseBase]

# Views of these packages guard themselves (tokens, allauth's own flows, static files).
SELF_GUARDED = ("ninja.", "allauth.", "whitenoise.", "django.views.static", "django.conf.urls.i18n")


def may(permission: Permission) -> Callable[[View], View]:
    """Open the view to signed-in staff who hold `permission`; others are asked to sign in, or refused."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in(request)
            if not request.user.may(permission):
                raise PermissionDenied("Your role does not include this.")
            return view(request, *args, **kwargs)

        guarded.access = permission
        return guarded

    return guard


def public(view: View) -> View:
    """Open the view to everyone."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    guarded.access = "public"
    return guarded


def customer_only(view: View) -> View:
    """Open the view to any signed-in person, who acts as a customer; others are asked to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in(request)
        return view(request, *args, **kwargs)

    guarded.access = "customer"
    return guarded


def staff_only(view: View) -> View:
    """Open the view to any member of staff, whatever the role."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _sign_in(request)
        if not request.user.is_staff_member:
            raise PermissionDenied("This page is for staff.")
        return view(request, *args, **kwargs)

    guarded.access = "staff"
    return guarded


class AccessMiddleware:
    """Refuses to run a view without one of the decorators above."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        if not is_guarded(view):
            raise ImproperlyConfigured(
                f"{view.__module__}.{getattr(view, '__qualname__', view)} says nothing of who may open it"
            )


def is_guarded(view: View) -> bool:
    """Return whether `view` says who may open it."""
    return hasattr(view, "access") or view.__module__.startswith(SELF_GUARDED)


def _sign_in(request: HttpRequest) -> HttpResponse:
    htmx = getattr(request, "htmx", None)
    # What a page asks for is a part of it: afterwards the page itself is opened.
    wanted = (htmx and htmx.current_url_abs_path) or request.get_full_path()
    address = f"{resolve_url(settings.LOGIN_URL)}?next={quote(wanted)}"
    if htmx:
        response = HttpResponse(status=401)
        response["HX-Redirect"] = address
        return response
    return redirect(address)
