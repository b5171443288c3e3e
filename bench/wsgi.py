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


from parkops.wsgi import application  # noqa: E402, F401
