"""Replays over HTTP: a program tried on what happened."""

import uuid
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent
from parkops.api.paging import Paging, page_of
from parkops.api.problems import Problem
from parkops.api.values import instant_out, money_out
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.permissions import Scope
from parkops.programme import load
from parkops.programme import queries as programme
from reporting.models import Replay, ReplayRow
from reporting.queries import replays
from reporting.replay import operations
from reporting.replay.rules import Sums

router = Router(tags=["Replays"])
READ = needs(Scope.REPORTS_READ)
WRITE = needs(Scope.REPORTS_WRITE)


class ReplayIn(Schema):
    """What is tried on the last `months`: a program as JSON of its file, or the open draft."""

    model_config = ConfigDict(extra="forbid")

    months: int
    programme: dict[str, Any] | None = None
    name: str = Field("", max_length=200)


class WhichIn(Schema):
    """Which of the records that would differ."""

    kind: str = ""
    change: str = ""
    zone: str = ""
    audience: str = ""


@router.post("/replays", auth=WRITE, response={202: dict[str, Any]})
@idempotent
def ask(request: HttpRequest, body: ReplayIn) -> Any:
    """Queue a replay; a worker compares. No record is changed by it."""
    draft = programme.open_draft() if body.programme is None else None
    document = draft.document if draft else body.programme
    if document is None:
        raise Refused("no_draft", "No draft is open. Give the program to try.", field="programme")
    try:
        loaded = load.load_document(document)
    except load.Faulty as faulty:
        errors = [
            {"field": f"programme.{one.path}".rstrip("."), "message": one.message}
            for one in faulty.faults
        ]
        raise Problem(422, "programme", "This is no program yet.", errors=errors) from faulty
    told = f"Draft from version {draft.based_on}, revision {draft.revision}" if draft else ""
    asked = operations.ask_replay(
        loaded,
        months=body.months,
        name=body.name.strip() or told or loaded.programme.head.name,
        draft=(draft.pk, draft.revision) if draft else None,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(202, _replay(asked))


@router.get("/replays", auth=READ)
def listed(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """List replays, newest first."""
    rows = Replay.objects.select_related("job").defer("document", "cells")
    return page_of(rows, paging, order=("-asked_at", "-id"), out=_replay)


@router.get("/replays/{reference}", auth=READ)
def one(request: HttpRequest, reference: uuid.UUID) -> dict[str, Any]:
    """Tell how far a replay is, and once it is done what it came to."""
    found = replays.replay(reference)
    figures = _figures(found) if found.stage == Replay.Stage.OVER else None
    return {**_replay(found), "figures": figures}


@router.get("/replays/{reference}/records", auth=READ)
def records(
    request: HttpRequest, reference: uuid.UUID, paging: Query[Paging], which: Query[WhichIn]
) -> dict[str, Any]:
    """List the records that would differ: of a kind, a change, a zone or an audience, "-" for none."""
    found = replays.replay(reference)
    currency = programme.version(found.base_version).programme.currency
    rows = replays.rows_of(found, **which.dict())
    return page_of(rows, paging, order=("id",), out=lambda row: _record(row, currency))


@router.delete("/replays/{reference}", auth=WRITE, response={200: dict[str, Any]})
def cancel(request: HttpRequest, reference: uuid.UUID) -> dict[str, Any]:
    """Cancel a replay that is not finished; what was compared by then stays."""
    return _replay(operations.cancel_replay(reference, by=request.auth.actor, at=timezone.now()))


def _replay(found: Replay) -> dict[str, Any]:
    return {
        "id": str(found.reference),
        "name": found.name,
        "months": found.months,
        "from": instant_out(found.since_at),
        "to": instant_out(found.until_at),
        "base_version": found.base_version,
        "status": found.job.state,
        "progress": found.job.progress_share,
        "stage": found.job.stage,
        "error": found.job.error,
        "asked_at": instant_out(found.asked_at),
    }


def _figures(found: Replay) -> dict[str, Any]:
    told = replays.figures(found)
    currency = told.revenue.currency
    return {
        "records_that_differ": told.differing.count,
        "revenue": _sums(told.revenue.sums, currency),
        "collected_difference": money_out(told.collected).dict(),
        "changes": [{"text": line.label, **_sums(line.sums, currency)} for line in told.lines],
        "audiences": [
            {"code": group.code, "name": group.name, **_sums(group.money.sums, currency)}
            for group in told.audiences
        ],
        "zones": [
            {"code": group.code, "name": group.name, **_sums(group.money.sums, currency)}
            for group in told.zones
        ],
        "not_compared": [{"count": count, "text": why} for count, why in told.aside],
    }


def _sums(sums: Sums, currency: str) -> dict[str, Any]:
    amounts = {"was": sums.was, "would_be": sums.would, "difference": sums.more}
    return {
        "count": sums.count,
        **{name: money_out(Money(minor, currency)).dict() for name, minor in amounts.items()},
    }


def _record(row: ReplayRow, currency: str) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "change": row.change,
        "reference": row.reference,
        "at": instant_out(row.at),
        "zone": row.zone_code or None,
        "audience": row.audience or None,
        "was": row.was,
        "would_be": row.would,
        "was_amount": money_out(Money(row.was_minor, currency)).dict(),
        "would_be_amount": money_out(Money(row.would_minor, currency)).dict(),
        "because_was": row.because_was,
        "because_would_be": row.because_would,
    }
