"""Two questions that the demonstration's administrator kept for everybody."""

from datetime import datetime
from typing import Any

from parkops.kernel.actors import Actor
from reporting.questions import operations

KEPT: dict[str, dict[str, Any]] = {
    "Citations by zone and weekday": {
        "view": "citations",
        "filters": [{"column": "issued_at", "is": "in", "value": "last_90_days"}],
        "groups": [{"column": "zone"}, {"column": "issued_at", "by": "weekday"}],
        "measures": [{"how": "count"}, {"how": "sum", "column": "fine_minor"}],
        "limit": 1000,
        "chart": "heat",
    },
    "Money owed by kind": {
        "view": "charges",
        "filters": [{"column": "is_settled", "is": "no"}],
        "groups": [{"column": "kind"}],
        "measures": [{"how": "count"}, {"how": "sum", "column": "owed_minor"}],
        "sort": {"by": "sum_owed_minor", "descending": True},
        "limit": 100,
        "chart": "bars",
    },
}


def keep_two(*, by: Actor, at: datetime) -> None:
    """Keep both and share them."""
    for name, document in KEPT.items():
        operations.keep_question(
            document, name=name, is_shared=True, may=lambda _: True, by=by, at=at
        )
