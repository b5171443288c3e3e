"""A pytest plugin, loaded before Django: starts what the tests need and sets where it is."""

import os
from tempfile import gettempdir

if not os.environ.get("DATABASE_URL"):
    from parkops.local import servers

    servers.ensure_for_command()

os.environ["PARKOPS_CACHE_PREFIX"] = f"test-{os.getpid()}"
os.environ["PARKOPS_QUEUE_PREFIX"] = f"test-{os.getpid()}:"
os.environ["PARKOPS_MEDIA_ROOT"] = f"{gettempdir()}/parkops-test-{os.getpid()}"
os.environ["PARKOPS_LOCAL"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")
