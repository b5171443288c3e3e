"""What vendors call a state, province or country, in the codes that permits use."""

from parkops.ui import regions

SURE = 0.5
"""A region of which the reader is less sure than this is left out: left out, it matches any."""

# The country by two letters, by three, and by the letters on its plates.
_COUNTRIES = {
    code: plate
    for row in """
AT AUT A; BE BEL B; BG BGR BG; CH CHE CH; CY CYP CY; CZ CZE CZ; DE DEU D; DK DNK DK; ES ESP E;
EE EST EST; FR FRA F; FI FIN FIN; GB GBR GB; GR GRC GR; HU HUN H; HR HRV HR; IT ITA I; IE IRL IRL;
IS ISL IS; LU LUX L; LT LTU LT; LV LVA LV; MT MLT M; NO NOR N; NL NLD NL; PT PRT P; PL POL PL;
RO ROU RO; SE SWE S; SK SVK SK; SI SVN SLO; UA UKR UA
""".replace("\n", " ").split(";")
    for two, three, plate in [row.split()]
    for code in (two, three)
}
_NAMES = {name.upper(): code for code, name in (regions.STATES | regions.PROVINCES).items()}
_PARTS = {"US": regions.STATES, "CA": regions.PROVINCES}


def of_state(text: str) -> str:
    """Return the code of a state or province by its code or name ("mo", "Quebec", "us-ca"); else ""."""
    typed = text.strip().upper().replace("_", "-")
    if "-" in typed:
        return of_country(typed)
    if typed in regions.STATES or typed in regions.PROVINCES:
        return typed
    return _NAMES.get(typed, "")


def of_country(text: str) -> str:
    """Return the code of a region led by its country ("us-ca", "ca-qc", "de", "POL"); else ""."""
    country, _, part = text.strip().upper().replace("_", "-").partition("-")
    if country in _PARTS:
        return part if part in _PARTS[country] else ""
    return _COUNTRIES.get(country, "")


def if_sure(region: str, share: float | None) -> str:
    """Return the region unless the reader says that it is not sure of it."""
    return region if share is None or share >= SURE else ""
