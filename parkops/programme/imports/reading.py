"""What kind of file it is that somebody brings, and the zones it proposes."""

import json
from typing import Any, NoReturn

from parkops.programme.imports import curblr, geojson, kml
from parkops.programme.imports.curb_times import Known
from parkops.programme.imports.found import MOST_CORNERS, MOST_ZONES, Found, Unreadable

LARGEST_BYTES = 8 * 1024 * 1024


def read(
    raw: bytes,
    *,
    known: Known,
    currency: str,
    columns: geojson.Columns | None = None,
    swapped: bool = False,
) -> Found:
    """Return the zones that a GeoJSON, KML or CurbLR file proposes, and what of it is refused.

    `known` and `currency` are the programme's; `columns` says which property is what, `swapped`
    that positions are written latitude first.

    :raises Unreadable: if it is none of them.
    """
    if not raw.strip():
        raise Unreadable("The file is empty. Choose a GeoJSON, KML or CurbLR file.")
    if len(raw) > LARGEST_BYTES:
        raise Unreadable(
            f"The file has {len(raw) // 1024 // 1024 + 1} MB. At most "
            f"{LARGEST_BYTES // 1024 // 1024} MB are read: split it."
        )
    if raw.startswith(b"PK"):
        raise Unreadable("This is a zip, as KMZ and shapefiles are. Unzip it and bring the .kml.")
    if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        _check_positions(raw.count(b",") // 2)
        return kml.read(raw, columns=columns, swapped=swapped)
    document = _json(raw)
    count = len(geojson.features_of(document))
    if count > MOST_ZONES:
        raise Unreadable(
            f"The file has {count:,} features. At most {MOST_ZONES:,} are read at once: split it, "
            "or keep only the zones that you run."
        )
    if curblr.is_curblr(document):
        return curblr.read(document, known=known, currency=currency)
    return geojson.read(document, columns=columns, swapped=swapped)


def _json(raw: bytes) -> dict[str, Any]:
    _check_positions(raw.count(b"["))
    try:
        document = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Unreadable("The file is not UTF-8. Save it as UTF-8.") from None
    except RecursionError:
        raise Unreadable("The file is nested deeper than any map is.") from None
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"This is neither JSON nor KML (line {error.lineno}: {error.msg}). Choose a GeoJSON, "
            "KML or CurbLR file."
        ) from None
    except ValueError as error:
        raise Unreadable(f"The file has a number that is none ({str(error)[:60]}).") from None
    if not isinstance(document, dict) or not isinstance(document.get("type"), str):
        raise Unreadable("This JSON is no GeoJSON: it has no type such as FeatureCollection.")
    if "Topology" in document["type"]:
        raise Unreadable("This is TopoJSON. Save the zones as GeoJSON.")
    return document


def _check_positions(count: int) -> None:
    if count > MOST_CORNERS:
        raise Unreadable(f"The file has more than {MOST_CORNERS:,} positions. Simplify its shapes.")


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)
