"""What is done with limits of figures: set, removed, and watched, so that each crossing is told once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from parkops.accounts.models import User
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Decision, NotFound
from parkops.kernel.money import Money
from parkops.kernel.permissions import Permission
from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from parkops.tenancy import hosts
from reporting.dashboards import figures
from reporting.dashboards import limits as rules
from reporting.dashboards.figures import FIGURES
from reporting.dashboards.look import Look
from reporting.models import FigureLimit
from reporting.queries import desks, live
from reporting.queries import limits as queries


@transaction.atomic
def set_limit(
    *,
    figure: str,
    direction: str,
    amount: int,
    tone: str,
    for_all: bool,
    by_mail: bool,
    told_role: str = "",
    hours: str = "",
    user: User,
    by: Actor,
    at: datetime,
) -> FigureLimit:
    """Set a limit of a figure, for all or for the person, with `hours` only then; another amount takes the place
    of the one before.

    :raises Refused: if the figure cannot have it, or the person may not set one for all.
    """
    known = FIGURES.get(figure)
    if known is None or not user.may(known.permission):
        raise NotFound("There is no such figure.")
    if for_all and not user.may(Permission.DASHBOARD_MANAGE):
        Decision("not_yours", "Only an administrator sets a limit for all.", "for_all").require()
    rules.may_hold_in(hours).require()
    rules.may_limit(
        direction=direction, counts_up=bool(known.series), is_own=known.is_own, hours=hours
    ).require()
    limit, is_new = FigureLimit.objects.select_for_update().get_or_create(
        figure=figure,
        direction=direction,
        tone=tone,
        owner=None if for_all else user,
        hours=hours,
        defaults={"amount": amount, "made_at": at, "made_by_name": by.name},
    )
    told = {"amount": amount, "by_mail": by_mail, "told_role": told_role if for_all else ""}
    if not is_new and {name: getattr(limit, name) for name in told} == told:
        return limit
    for name, value in told.items():
        setattr(limit, name, value)
    limit.save(update_fields=[*told])
    audit.record(
        "dashboard.limit_set",
        subject=("limit", str(limit.reference)),
        actor=by,
        at=at,
        figure=figure,
        direction=direction,
        amount=amount,
        for_all=for_all,
        **({"hours": hours} if hours else {}),
    )
    return limit


@transaction.atomic
def remove_limit(reference: UUID, *, user: User, by: Actor, at: datetime) -> None:
    """Remove the person's own limit, or as an administrator one for all; removing it again changes nothing.

    :raises NotFound: if it is not theirs to remove.
    """
    limit = FigureLimit.objects.select_for_update().filter(reference=reference).first()
    if limit is None:
        return
    if limit.owner_id != user.pk and not (
        limit.owner_id is None and user.may(Permission.DASHBOARD_MANAGE)
    ):
        raise NotFound("There is no such limit.")
    limit.delete()
    audit.record(
        "dashboard.limit_removed",
        subject=("limit", str(reference)),
        actor=by,
        at=at,
        figure=limit.figure,
    )


def watch_limits(*, at: datetime) -> int:
    """Look at every limit; what is newly crossed is noted and told once; returns how many are."""
    return note_crossings(look_of_all(at)) if FigureLimit.objects.exists() else 0


def look_of_all(at: datetime) -> Look:
    """Return what every figure is at `at`."""
    rules_now = programme.in_force(at).programme
    return Look(
        live.counts(at), desks.desks(at), rules_now, at, "en-US", "", lambda _permission: True
    )


def note_crossings(look: Look) -> int:
    """Note which limits a look finds crossed or back, and tell of the crossed; returns how many these are.

    Looks may come at once and in any order: each crossing is noted by one of them, which tells of it.
    """
    found = 0
    for limit in FigureLimit.objects.order_by("pk"):
        found += _note(limit, look)
    return found


@transaction.atomic
def _note(limit: FigureLimit, look: Look) -> int:
    figure = FIGURES.get(limit.figure)
    if figure is None:
        return 0
    shown = figure.value(look)
    value = shown.minor if isinstance(shown, Money) else shown
    was = limit.crossed_at is not None
    rule = rules.Limit(limit.direction, limit.amount, limit.hours)
    now = rule.after(value, was_crossed=was, is_watched=rule.is_watched(look.now, look.rules.tz))
    if now == was or not _turned(limit, now, look.now) or not now:
        return 0
    audit.record(
        "dashboard.limit_crossed",
        subject=("limit", str(limit.reference)),
        actor=SYSTEM,
        at=look.now,
        figure=limit.figure,
        value=value,
        amount=limit.amount,
    )
    for person in queries.told_of(limit):
        messaging.send_once(
            event="dashboard.crossed",
            app="reporting",
            key=f"limit:{limit.pk}:{limit.crossings + 1}:{person.pk}",
            to=person.email,
            context={
                "name": person.name,
                "figure": figure.label,
                "value": figures.said(figure, value, look),
                "limit": rule.text(figures.said(figure, limit.amount, look)),
                "has_hours": bool(limit.hours),
                "link": f"{hosts.current_site_url()}{reverse('office_dashboard:today')}",
            },
            at=look.now,
        )
    return 1


def _turned(limit: FigureLimit, is_beyond: bool, at: datetime) -> bool:
    """Note that a limit came to be crossed or back, unless it is no more as it was read, or a later look has
    told what it is; the database decides, so that of two looks one is first."""
    as_read = FigureLimit.objects.filter(
        Q(turned_at__isnull=True) | Q(turned_at__lt=at),
        pk=limit.pk,
        amount=limit.amount,
        crossings=limit.crossings,
        crossed_at=limit.crossed_at,
    )
    return bool(
        as_read.update(
            crossed_at=at if is_beyond else None,
            turned_at=at,
            crossings=limit.crossings + is_beyond,
        )
    )
