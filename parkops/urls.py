"""Addresses on a tenant's host. Each app brings its own; this page only says where they hang."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import include, path

# (where, module): a surface of an app. The order matters only where one is a prefix of another.
SURFACES = [
    # First, as they are asked most: addresses are tried in this order.
    ("api/v1/", "parkops.api_v1"),
    ("office/", "reporting.urls.office"),
    ("", "parkops.portal_urls"),
    ("", "permits.urls.portal"),
    ("", "permits.urls.guests"),
    ("", "permits.urls.stays"),
    ("", "permits.urls.carpools"),
    ("", "enforcement.urls.portal"),
    ("", "enforcement.urls.appellants"),
    ("", "enforcement.urls.callers"),
    ("", "enforcement.urls.permitted"),
    ("", "enforcement.urls.boots"),
    ("", "enforcement.urls.escalation"),
    ("", "payments.urls.portal"),
    ("", "payments.urls.plans"),
    ("", "payments.urls.invoices"),
    ("my/", "parkops.customers.urls.portal"),
    ("field/", "enforcement.urls.field"),
    ("field/", "enforcement.urls.field_app"),
    ("field/", "enforcement.urls.field_calls"),
    ("field/", "enforcement.urls.field_hits"),
    ("", "reporting.urls.portal"),
    ("", "reporting.urls.wall"),
    ("", "reporting.urls.opening"),
    ("", "reporting.urls.calendars"),
    ("office/", "reporting.urls.insights"),
    ("office/", "permits.urls.office"),
    ("office/", "enforcement.urls.office"),
    ("office/", "enforcement.urls.appeals"),
    ("office/", "enforcement.urls.dispatch"),
    ("office/conflicts/", "enforcement.urls.conflicts"),
    ("office/", "enforcement.urls.imports"),
    ("office/", "enforcement.urls.numbers"),
    ("", "enforcement.urls.looks"),
    ("office/", "enforcement.urls.cameras"),
    ("office/", "payments.urls.office"),
    ("office/", "payments.urls.owed"),
    ("office/", "parkops.customers.urls.office"),
    ("office/", "parkops.programme.urls.office"),
    ("office/", "parkops.accounts.urls.office"),
    ("office/", "parkops.jobs.urls.office"),
    ("office/", "parkops.ui.urls"),
    ("", "parkops.messaging.urls"),
    ("account/", "parkops.accounts.urls.account"),
    ("", "parkops.health_urls"),
    ("scim/v2/", "permits.urls.scim"),
]


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


urlpatterns = [
    path(where, include(import_module(module))) for where, module in SURFACES if _there(module)
]

handler400 = "parkops.ui.errors.bad_request"
handler403 = "parkops.ui.errors.forbidden"
handler404 = "parkops.ui.errors.not_found"
handler500 = "parkops.ui.errors.fault"
