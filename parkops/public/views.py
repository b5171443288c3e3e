"""The front pages: the platform's own, and a tenant's with what stands behind it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from parkops.accounts.models import User
from parkops.customers import operations as customers
from parkops.public.platform import platform
from parkops.public.today import today
from parkops.tenancy import operators
from parkops.tenancy import queries as tenancy
from parkops.ui.access import public
from parkops.ui.language import languages_of
from parkops.ui.pages import actor, page


@public
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show what ParkOps is, and the tenants of the demonstration if there are any."""
    context = {"demonstrations": tenancy.demonstrations(), "is_local": settings.IS_LOCAL}
    return page(request, "public/platform.html", context)


@public
@require_safe
@never_cache
def operator(request: HttpRequest, token: str) -> HttpResponse:
    """Show the operator how the platform does; who has no address that holds sees that there is none."""
    now = timezone.now()
    if not operators.opens(token, at=now):
        raise Http404
    shown = platform(now)
    if request.GET.get("v") == shown.version:
        return HttpResponse(status=204)
    context = {"shown": shown, "now": now, "oob": "v" in request.GET}
    template = "_figures" if context["oob"] else "page"
    response = page(request, f"public/operator/{template}.html", context)
    response["Live-Version"] = shown.version
    response["X-Robots-Tag"] = "noindex"
    return response


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what one comes to a parking office for, and what parking costs today."""
    now = timezone.now()
    context = {"today": today(now, zones_url=reverse("zones")), "now": now}
    return page(request, "public/home.html", context)


@public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the visitor's choice of language and lead back to the page; a customer's is remembered."""
    user = request.user
    language = request.POST.get("language", "")
    if (
        isinstance(user, User)
        and not user.is_staff_member
        and language in languages_of(request.tenant)
    ):
        now = timezone.now()
        customer = customers.customer_for_user(user, at=now)
        customers.change_customer(
            customer.pk, changes={"language": language}, by=actor(request), at=now
        )
    return set_language(request)


@public
@require_safe
def zones(request: HttpRequest) -> HttpResponse:
    """Show every zone: when it is enforced and what it costs."""
    now = timezone.now()
    context = {"today": today(now, zones_url=""), "now": now}
    return page(request, "public/zones.html", context)


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Answer what people ask most."""
    return page(request, "public/help.html")


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how the site can be used, and what to do where it cannot."""
    return page(request, "public/accessibility.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept of people and plates, and why."""
    return page(request, "public/privacy.html")
