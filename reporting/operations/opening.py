"""What can be done with a tenant's open figures: open or close them, work them out anew."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from parkops.tenancy.later import later
from reporting.models import OpenFigures, Opening
from reporting.opendata.rows import rows_of_all

MOST_SITES = 20


@transaction.atomic
def change_opening(
    *,
    opens_data: bool,
    opens_spaces: bool,
    license_code: str,
    framed_by: Sequence[str],
    by: Actor,
    at: datetime,
) -> Opening:
    """Say which figures are out, under which license, and which sites may frame the map.

    :raises Refused: if there is no such license, or a site is not an address such as https://town.example.
    """
    if license_code not in Opening.License.values:
        raise Refused("license", "Choose one of the licenses.", field="license")
    sites = [_site(one) for one in framed_by]
    if len(sites) > MOST_SITES:
        raise Refused("framed_by", f"At most {MOST_SITES} sites.", field="framed_by")
    told = {
        "opens_data": opens_data,
        "opens_spaces": opens_spaces,
        "license": license_code,
        "framed_by": [*dict.fromkeys(sites)],
        "changed_at": at,
        "changed_by_name": by.name,
    }
    opening, _ = Opening.objects.update_or_create(pk=1, defaults=told)
    if opens_data:
        later("reporting.refresh_open_figures")
    else:
        OpenFigures.objects.all().delete()
    audit.record(
        "figures.opened",
        subject=("opening", "1"),
        actor=by,
        at=at,
        data=opens_data,
        spaces=opens_spaces,
    )
    return opening


def refresh_open_figures(*, at: datetime) -> int:
    """Work out the sets of open data, if they are open; returns how many."""
    if not Opening.objects.filter(opens_data=True).exists():
        return 0
    until, found = rows_of_all(at)
    with transaction.atomic():
        if not Opening.objects.select_for_update().filter(opens_data=True).exists():
            return 0
        for code, rows in found.items():
            OpenFigures.objects.update_or_create(
                code=code, defaults={"rows": rows, "until_on": until, "made_at": at}
            )
    return len(found)


def _site(text: str) -> str:
    """Return a site as the browser's header names it: scheme, host, port."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = (parts.hostname or "").lower()
    plain = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
    letters = set(host.removeprefix("*.")) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    if parts.scheme not in ("http", "https") or not host or not plain or not letters:
        raise Refused(
            "framed_by",
            f"{text.strip()[:80]} is not a site. Give one a line, such as https://www.town.example.",
            field="framed_by",
        )
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
