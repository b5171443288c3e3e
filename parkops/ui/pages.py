"""How a view answers: a whole page, the part of it that htmx asked for, or a refusal in words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from parkops.kernel.actors import PUBLIC, Actor, Kind
from parkops.kernel.decisions import NotFound, Refused
from parkops.ui.speech import said


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    """Render `template`, or `template#part` when htmx asks for a part of the page."""
    name = f"{template}#{part}" if part and wants_part(request) else template
    response = render(request, name, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def wants_part(request: HttpRequest) -> bool:
    """Return whether htmx asks, for a part of the page that is shown."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx and not htmx.boosted and not htmx.history_restore_request)


def refusals_shown(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Show a `Refused` as a page with its reason (422), what is not there as 404; faults stay faults."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound as missing:
            raise Http404(str(missing)) from missing
        except Refused as refusal:
            return page(request, "ui/refused.html", {"refusal": refusal}, part="notice", status=422)

    return shown


def refuse(form: BaseForm, refusal: Refused) -> None:
    """Say a refusal at the field of a form that it names, or above all of them."""
    form.add_error(refusal.field if refusal.field in form.fields else None, said(refusal))


@contextmanager
def refused_on(form: BaseForm) -> Iterator[None]:
    """Do what is inside; what is refused meanwhile is said on the form, and the page goes on after it."""
    try:
        yield
    except Refused as refusal:
        refuse(form, refusal)


def act_of(request: HttpRequest) -> tuple[str, str]:
    """Return which act a button asks for and on what, where its value is "act:name"."""
    act, _, name = request.POST.get("act", "").partition(":")
    return act, name


def actor(request: HttpRequest) -> Actor:
    """Return who is acting in this request."""
    user = request.user
    if not user.is_authenticated:
        return PUBLIC
    kind: Kind = "staff" if user.is_staff_member else "customer"
    return Actor(kind, str(user.pk), user.name or user.email)
