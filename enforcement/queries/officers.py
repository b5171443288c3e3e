"""Who of the staff is meant by a name."""

from django.db.models import Q

from parkops.accounts.models import User
from parkops.kernel.actors import Actor


def officer_named(named: str) -> Actor | None:
    """Return the member of staff with this name or e-mail address, or None."""
    known = User.objects.filter(Q(email__iexact=named) | Q(name__iexact=named)).order_by("pk")
    person = known.first()
    return Actor("staff", str(person.pk), person.name) if person else None
