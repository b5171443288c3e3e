"""ParkOps as it is served, with a few views more: an empty one behind the API's own door, one that gives the same
to everybody, and one that counts all citations.

With BENCH_ALL_NEW every poll is one with news: it looks at the database, and draws what it brings.
"""

import os
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")

import django  # noqa: E402

django.setup()

from enforcement.api import router  # noqa: E402
from parkops.api.auth import any_token  # noqa: E402


@router.post("/bench/empty", auth=any_token)
def empty(request) -> dict[str, str]:
    """Do nothing, for somebody who may ask."""
    return {}


from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from parkops import urls  # noqa: E402
from parkops.ui.access import public  # noqa: E402


@public
def static(_request: HttpRequest) -> HttpResponse:
    """Give the same few bytes to everybody."""
    return HttpResponse("ok")


COUNT = """
SELECT source, stage, settled_at IS NULL, voided_at IS NULL, dismissed_at IS NULL, count(*)
  FROM enforcement_citation GROUP BY 1, 2, 3, 4, 5
"""


@public
def count(_request: HttpRequest) -> HttpResponse:
    """Count the citations by status, as a page without remembered figures would."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT)
        return HttpResponse(f"{len(cursor.fetchall())}")


urls.urlpatterns[:0] = [path("bench/static", static), path("bench/count", count)]

if os.environ.get("BENCH_ALL_NEW"):
    from parkops.ui import parts
    from reporting.queries import live

    live.SHARED.seconds, live.SHARED.longest = 0, timedelta(0)
    parts.KEPT_SECONDS = 0

from parkops.wsgi import application  # noqa: E402, F401
