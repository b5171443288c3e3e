"""How the local installation sets the stand-in up, from the variables that ParkOps itself reads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from payments.standin.server import Standin

HOOK = "/api/v1/hooks/stripe"


def options(variables: Mapping[str, str]) -> dict[str, Any]:
    """Read the options of `Standin`: port, file, secret, and where each tenant hears of events."""
    folder = Path(variables.get("PARKOPS_LOCAL_DIR") or ".local")
    scheme = variables.get("PARKOPS_SCHEME") or "http"
    domain = variables.get("PARKOPS_DOMAIN") or "localhost"
    port = variables.get("PARKOPS_PORT") or "8000"
    return {
        "host": variables.get("PARKOPS_STANDIN_HOST") or "127.0.0.1",
        "port": int(variables.get("PARKOPS_STANDIN_PORT") or 8010),
        "db": variables.get("PARKOPS_STANDIN_DB") or str(folder / "standin.sqlite3"),
        "public_url": variables.get("PARKOPS_STANDIN_URL") or "",
        "webhook_secret": variables.get("STRIPE_WEBHOOK_SECRET") or "whsec_standin",
        "webhook_pattern": f"{scheme}://{{slug}}.{domain}:{port}{HOOK}",
    }


def standin(variables: Mapping[str, str]) -> Standin:
    """Set up the stand-in that `python -m payments.standin` would run, not yet started."""
    return Standin(**options(variables))
