"""ParkOps as it is served, with one view more: an empty one behind the API's own door."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")

import django  # noqa: E402

django.setup()

from enforcement.api import router  # noqa: E402
from parkops.api.auth import any_token  # noqa: E402


@router.post("/bench/empty", auth=any_token)
def empty(request) -> dict[str, str]:
    """Do nothing, for somebody who may ask."""
    return {}


from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from parkops import urls  # noqa: E402
from parkops.ui.access import public  # noqa: E402


@public
def static(_request: HttpRequest) -> HttpResponse:
    """Give the same few bytes to everybody."""
    return HttpResponse("ok")


urls.urlpatterns.insert(0, path("bench/static", static))

from parkops.wsgi import application  # noqa: E402, F401
