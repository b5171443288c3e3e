"""What can be done with saved filters: keep one, rename or share it, run it, remove it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from parkops.accounts.models import User
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.permissions import Permission
from reporting import catalogue
from reporting.models import ReportRun, SavedFilter
from reporting.operations import reports
from reporting.queries.asking import dated_of

LONGEST_NAME = 80


@transaction.atomic
def save_filter(
    code: str,
    parameters: Mapping[str, Any],
    *,
    name: str,
    file_format: str,
    is_shared: bool,
    owner: User,
    at: datetime,
    signed: Actor | None = None,
) -> SavedFilter:
    """Keep what is asked of a report under a name; the same name of the same owner is changed.

    `signed` is who does it in the owner's name, if not they themselves.

    :raises Refused: if the name, the format or an answer cannot be used.
    """
    report = catalogue.report_of(code)
    reports.require_format(file_format)
    dated_of(report, parameters, at=at)
    name = _named(name)
    known = named_filter(owner, name)
    if known is not None and known.report != code:
        raise Conflict(
            "name_taken",
            f"You have a filter {known.name} of {catalogue.name_of(known.report)}. Give another name.",
            field="name",
        )
    kept = known or SavedFilter(report=code, owner=owner, created_at=at)
    kept.name, kept.parameters = name, dict(parameters)
    kept.format, kept.is_shared = file_format, is_shared
    kept.save()
    _record("report.filter_saved", kept, by=signed or actor_of(owner), at=at)
    return kept


@transaction.atomic
def change_filter(
    reference: uuid.UUID, *, name: str, is_shared: bool, by: User, at: datetime
) -> SavedFilter:
    """Rename a filter, or share it or no longer.

    :raises NotFound: if `by` sees none.
    :raises Refused: if it is somebody else's, or the name cannot be used.
    """
    kept = own_filter(reference, by=by)
    _one_at_a_time(kept.owner)
    name = _named(name)
    others = SavedFilter.objects.filter(owner=kept.owner, name__iexact=name).exclude(pk=kept.pk)
    if others.exists():
        raise Conflict(
            "name_taken", f"There is a filter {name} already. Give another name.", field="name"
        )
    kept.name, kept.is_shared = name, is_shared
    kept.save(update_fields=["name", "is_shared"])
    _record("report.filter_changed", kept, by=actor_of(by), at=at)
    return kept


@transaction.atomic
def remove_filter(reference: uuid.UUID, *, by: User, at: datetime) -> None:
    """Remove a filter; the runs that were made by it stay.

    :raises NotFound: if `by` sees none.
    :raises Refused: if it is somebody else's, or a schedule runs it.
    """
    kept = locked_filter(reference, by=by)
    if kept.schedules.exists():
        raise Conflict("is_scheduled", f"{kept.name} is run by a schedule. Remove that first.")
    _record("report.filter_removed", kept, by=actor_of(by), at=at)
    kept.delete()


@transaction.atomic
def run_filter(reference: uuid.UUID, *, by: User, at: datetime) -> ReportRun:
    """Ask for the report of a filter, its period as seen today.

    :raises NotFound: if `by` sees none.
    """
    kept = filter_of(reference, by=by)
    return reports.ask_report(
        kept.report, kept.parameters, file_format=kept.format, by=actor_of(by), at=at
    )


def filter_of(reference: uuid.UUID, *, by: User) -> SavedFilter:
    """Return a filter that somebody may see: their own, or a shared one; an administrator's also one of who left.

    :raises NotFound: if there is none.
    """
    seen = SavedFilter.objects.select_related("owner").seen_by(by)
    kept = seen.filter(reference=reference).first()
    if kept is None:
        raise NotFound("There is no such saved filter.")
    return kept


def own_filter(reference: uuid.UUID, *, by: User) -> SavedFilter:
    """Return a filter that somebody may change: their own; an administrator's also what else they see.

    :raises NotFound: if `by` sees none.
    :raises Refused: if it is somebody else's.
    """
    kept = filter_of(reference, by=by)
    if kept.owner_id != by.pk and not by.may(Permission.STAFF_MANAGE):
        raise Refused(
            "not_yours",
            f"{kept.name} is {kept.owner.name or kept.owner.email}'s: only they change it.",
        )
    return kept


def locked_filter(reference: uuid.UUID, *, by: User) -> SavedFilter:
    """Return a filter that somebody may change, as `own_filter` does, locked until the transaction ends."""
    kept = (
        SavedFilter.objects.select_for_update().filter(pk=own_filter(reference, by=by).pk).first()
    )
    if kept is None:
        raise NotFound("There is no such saved filter.")
    return kept


def named_filter(owner: User, name: str) -> SavedFilter | None:
    """Return somebody's filter of this name, locked; where there is none the name stays free until the
    transaction ends."""
    _one_at_a_time(owner)
    name = " ".join(name.split())
    return SavedFilter.objects.select_for_update().filter(owner=owner, name__iexact=name).first()


def actor_of(user: User) -> Actor:
    """Return a member of staff as who acts."""
    return Actor("staff", str(user.pk), user.name or user.email)


def _one_at_a_time(owner: User) -> None:
    """Let what is named for an owner wait for each other: a name that is free stays so."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(
            "name", f"Give the filter a name of at most {LONGEST_NAME} characters.", field="name"
        )
    return name


def _record(act: str, kept: SavedFilter, *, by: Actor, at: datetime) -> None:
    subject = ("saved_filter", str(kept.reference))
    audit.record(act, subject=subject, actor=by, at=at, report=kept.report, name=kept.name)
