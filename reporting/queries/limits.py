"""The limits of figures."""

from django.db.models import Q, QuerySet

from parkops.accounts.models import User
from parkops.kernel.permissions import Permission
from reporting.dashboards.figures import FIGURES
from reporting.models import FigureLimit


def seen_by(user: User) -> QuerySet[FigureLimit]:
    """Return the limits that a person sees: those for all, of figures that they may see, and their own."""
    codes = [figure.code for figure in FIGURES.values() if user.may(figure.permission)]
    mine = Q(owner__isnull=True) | Q(owner=user)
    return FigureLimit.objects.filter(mine, figure__in=codes).order_by("figure", "amount", "pk")


def told_of(limit: FigureLimit) -> list[User]:
    """Return who gets an e-mail when a limit is crossed: of those, who may see its figure."""
    figure = FIGURES.get(limit.figure)
    if figure is None or not limit.by_mail:
        return []
    people = User.objects.filter(is_active=True)
    people = (
        people.filter(pk=limit.owner_id)
        if limit.owner_id
        else people.filter(roles__contains=[limit.told_role])
    )
    return [
        person
        for person in people.order_by("email", "pk")
        if person.may(figure.permission) and person.may(Permission.DASHBOARD_VIEW)
    ]
