"""What stands on a plate: the state, province or country that it is of."""

_US = """
AL Alabama; AK Alaska; AZ Arizona; AR Arkansas; CA California; CO Colorado; CT Connecticut;
DE Delaware; DC District of Columbia; FL Florida; GA Georgia; HI Hawaii; ID Idaho;
IL Illinois; IN Indiana; IA Iowa; KS Kansas; KY Kentucky; LA Louisiana; ME Maine;
MD Maryland; MA Massachusetts; MI Michigan; MN Minnesota; MS Mississippi; MO Missouri;
MT Montana; NE Nebraska; NV Nevada; NH New Hampshire; NJ New Jersey; NM New Mexico;
NY New York; NC North Carolina; ND North Dakota; OH Ohio; OK Oklahoma; OR Oregon;
PA Pennsylvania; PR Puerto Rico; RI Rhode Island; SC South Carolina; SD South Dakota;
TN Tennessee; TX Texas; UT Utah; VT Vermont; VA Virginia; WA Washington; WV West Virginia;
WI Wisconsin; WY Wyoming
"""
_CA = """
AB Alberta; BC British Columbia; MB Manitoba; NB New Brunswick;
NL Newfoundland and Labrador; NS Nova Scotia; NT Northwest Territories; NU Nunavut;
ON Ontario; PE Prince Edward Island; QC Quebec; SK Saskatchewan; YT Yukon
"""
_EUROPE = """
A Austria; B Belgium; BG Bulgaria; CH Switzerland; CY Cyprus; CZ Czechia; D Germany;
DK Denmark; E Spain; EST Estonia; F France; FIN Finland; GB Great Britain;
UK United Kingdom; GR Greece; H Hungary; HR Croatia; I Italy; IRL Ireland; IS Iceland;
L Luxembourg; LT Lithuania; LV Latvia; M Malta; N Norway; NL Netherlands; P Portugal;
PL Poland; RO Romania; S Sweden; SK Slovakia; SLO Slovenia; UA Ukraine
"""


def _table(text: str) -> dict[str, str]:
    rows = (row.strip().partition(" ") for row in text.replace("\n", " ").split(";"))
    return {code: name for code, _, name in rows}


STATES = _table(_US)
PROVINCES = _table(_CA)
COUNTRIES = _table(_EUROPE)


def short(region: str) -> str:
    """Return what fits the band of a small plate: `US-WA` and `wa` are "WA"."""
    return region.upper().rsplit("-", 1)[-1].strip()


def name(region: str) -> str:
    """Return the region's name in full, or its code where ParkOps does not know it."""
    country, _, code = region.upper().strip().rpartition("-")
    if country == "CA":
        return PROVINCES.get(code, code)
    return STATES.get(code) or PROVINCES.get(code) or COUNTRIES.get(code) or code


def is_european(region: str) -> bool:
    """Return whether plates of the region carry a band at the left with the country's letters."""
    code = region.upper().strip()
    return code in COUNTRIES and code not in STATES and code not in PROVINCES


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the choices of a region field, grouped by country."""
    return [
        ("United States", [(code, full) for code, full in STATES.items()]),
        ("Canada", [(code, full) for code, full in PROVINCES.items()]),
    ]
