"""The HTTP API, version 1: every app's router, mounted under one description."""

from django.urls import path, re_path
from ninja import NinjaAPI, Swagger

from enforcement.api import router as enforcement
from parkops.api import problems
from parkops.api.door import behind, nowhere
from parkops.api.parsing import StrictParser
from parkops.customers.api import router as customers
from parkops.programme.api import router as programme
from parkops.ui.access import public
from payments.api import router as payments
from payments.api.books import router as books
from payments.api.plans import router as plans
from permits.api import router as permits
from reporting.api import router as reporting
from reporting.replay.api import router as replays

api = NinjaAPI(
    title="ParkOps",
    version="1",
    urls_namespace="api_v1",
    description="Parking rights, enforcement, payments and reports of one tenant.",
    openapi_url="/openapi.json",
    docs_url="/docs",
    docs=Swagger({"persistAuthorization": False, "tryItOutEnabled": True}),
    parser=StrictParser(),
)
problems.install(api)

# What is asked most comes first: a path is looked for in this order.
for router in (
    enforcement,
    permits,
    payments,
    plans,
    books,
    customers,
    programme,
    reporting,
    replays,
):
    api.add_router("", router)

urlpatterns = [
    path("", ([behind(pattern) for pattern in api.urls[0]], "api_v1", "api_v1")),
    re_path("", public(nowhere)),
]
