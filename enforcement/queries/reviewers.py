"""Who may decide appeals, and how much each has to do."""

from django.db.models import Count, Max, Q

from enforcement.models import Appeal
from enforcement.rules.reviewing import Person
from parkops.accounts.models import User
from parkops.kernel.permissions import Permission, Role


def people() -> list[Person]:
    """Return everybody who may decide appeals, by name, with what is in their queue now."""
    staff = User.objects.filter(is_active=True).exclude(roles=[]).order_by("name", "email", "pk")
    deciding = [user for user in staff if user.may(Permission.APPEAL_DECIDE)]
    rows = (
        Appeal.objects.filter(reviewer_ref__in=[str(user.pk) for user in deciding])
        .values("reviewer_ref")
        .annotate(waiting=Count("pk", filter=Q(decided_at__isnull=True)), given=Max("assigned_at"))
        .order_by("reviewer_ref")
    )
    known = {row["reviewer_ref"]: row for row in rows}
    return [
        Person(
            ref=str(user.pk),
            name=user.name or user.email,
            email=user.email,
            is_reviewer=user.has_role(Role.REVIEWER),
            open_appeals=row["waiting"] if row else 0,
            last_given=row["given"].timestamp() if row and row["given"] else 0,
        )
        for user in deciding
        for row in [known.get(str(user.pk))]
    ]
