"""What permits keep of an address, once it is protected."""

from parkops.customers.households import MARK, seal
from permits.models import Permit


def seal_addresses(customer_id: int) -> None:
    """Keep no more than the seal of a customer's addresses; part of the act that protects them."""
    rows = Permit.objects.filter(customer_id=customer_id).exclude(address_key="")
    plain = rows.exclude(address_key__startswith=MARK)
    for key in set(plain.values_list("address_key", flat=True)):
        plain.filter(address_key=key).update(address_key=seal(key))
