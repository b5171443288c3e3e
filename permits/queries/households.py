"""The permits of a household, of which somebody's address may be protected."""

from django.db.models import Q, QuerySet

from parkops.customers.households import MARK, is_sealed, seal
from permits.models import Permit


def address_q(key: str, among: QuerySet[Permit]) -> Q:
    """Return the condition of permits for the address of `key`, of those `among` which are looked at;
    whoever of the household is protected counts too."""
    if not is_sealed(key):
        return Q(address_key__in=[key, seal(key)])
    plain = among.exclude(address_key="").exclude(address_key__startswith=MARK)
    known = plain.order_by().values_list("address_key", flat=True).distinct()
    return Q(address_key__in=[key, *(other for other in known if seal(other) == key)])
