"""The HTTP API, version 1: every app's router, mounted under one description."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import path, re_path
from ninja import NinjaAPI, Swagger

from parkops.api import problems
from parkops.api.door import behind, nowhere
from parkops.api.parsing import StrictParser
from parkops.ui.access import public

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

ROUTERS = [
    "parkops.programme.api",
    "parkops.customers.api",
    "permits.api",
    "enforcement.api",
    "payments.api",
    "reporting.api",
]


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


for module in ROUTERS:
    if _there(module):
        api.add_router("", import_module(module).router)

urlpatterns = [
    path("", ([behind(pattern) for pattern in api.urls[0]], "api_v1", "api_v1")),
    re_path("", public(nowhere)),
]
