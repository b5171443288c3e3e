"""A dataset as JSON, for programs."""

import json
from typing import Any

from parkops.tenancy.models import Tenant
from reporting.datasets import Dataset, plain
from reporting.exports.far import Begun, passing, unheard


def write(dataset: Dataset, _tenant: Tenant, begun: Begun = unheard) -> bytes:
    """Return a dataset's document as text."""
    return json.dumps(document(dataset, begun), ensure_ascii=False, indent=1).encode()


def document(dataset: Dataset, begun: Begun = unheard) -> dict[str, Any]:
    """Return `{title, columns, rows, totals, filters, currency}`; rows are objects by column key."""
    keys = [column.key for column in dataset.columns]
    return {
        "title": dataset.title,
        "currency": dataset.currency,
        "made_at": dataset.made_at.isoformat() if dataset.made_at else None,
        **_proof(dataset),
        "filters": [{"label": label, "text": text} for label, text in dataset.filters],
        "columns": [
            {"key": column.key, "title": column.title, "kind": column.kind, "told": column.told}
            for column in dataset.columns
        ],
        "rows": [
            dict(zip(keys, (plain(cell) for cell in row), strict=True))
            for row in passing(dataset.rows, "Writing rows as JSON", begun)
        ],
        "totals": {
            key: plain(cell)
            for key, cell in zip(keys, dataset.totals, strict=True)
            if cell is not None
        },
    }


def _proof(dataset: Dataset) -> dict[str, Any]:
    if dataset.proof is None:
        return {}
    return {
        "number": dataset.number,
        "proof": {
            "url": dataset.proof.url,
            "rows_sha256": dataset.proof.rows,
            "totals_sha256": dataset.proof.totals,
        },
    }
