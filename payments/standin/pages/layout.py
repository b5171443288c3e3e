"""The frame of every page: plain HTML, one style sheet of its own, no script, a strict policy."""

from collections.abc import Collection
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

from payments.standin.web import Answer

SYMBOLS = {"usd": "$", "cad": "$", "aud": "$", "nzd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
WHOLE_UNITS = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf",
     "xof", "xpf"}
)  # fmt: skip
THREE_DECIMALS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="/standin.css">
</head>
<body class="{kind}">
<header>
<div class="kerb"></div>
<p class="warning"><strong>This is a stand-in for a card page.</strong> No real card is charged.</p>
</header>
<main>
{body}
</main>
</body>
</html>
"""


def page(
    title: str,
    body: str,
    *,
    kind: str = "pay",
    status: int = 200,
    forms_lead_to: Collection[str] = (),
) -> Answer:
    """Answer a page. `body` is HTML; `forms_lead_to` are addresses that its forms end up at.

    Browsers hold a form's redirect against the policy too, so these are named in it.
    """
    targets = " ".join(["'self'", *sorted({_origin(url) for url in forms_lead_to if url})])
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {targets}"
    )
    return Answer(
        status,
        PAGE.format(title=escape(title), kind=kind, body=body).encode(),
        {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        },
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def money(amount: int, currency: str) -> str:
    """Write an amount of Stripe's smallest units for people: `$1,234.00`, `¥500`, `12.340 KWD`."""
    places = 0 if currency in WHOLE_UNITS else 3 if currency in THREE_DECIMALS else 2
    number = f"{abs(amount) / 10**places:,.{places}f}"
    sign = "−" if amount < 0 else ""
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {currency.upper()}"


def when(at: int) -> str:
    """Write an instant given in Unix seconds: `22 Nov 2026, 21:40:05 UTC`."""
    return f"{datetime.fromtimestamp(at, UTC):%-d %b %Y, %H:%M:%S} UTC"
