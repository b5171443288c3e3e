"""What a sale rests on, looked at by one statement: how many places are taken, and whether there is
anything more to read. Of most buyers there is nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from parkops.customers.models import Customer
from parkops.kernel.codes import code_key
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from parkops.tenancy.postgresql import prepared
from permits.rules.plates import Plate
from permits.rules.quotas import Counter, counter_of, limits_of

_GLANCE = """
SELECT (SELECT json_agg(json_build_array(type_key, term, taken)) FROM permits_quota
         WHERE type_key = ANY(%(quotas)s::varchar[]) AND term = ANY(%(terms)s::varchar[])),
       EXISTS (SELECT 1 FROM permits_waitlistentry
                WHERE type_key = %(type)s::varchar AND status IN ('waiting', 'offered')),
       EXISTS (SELECT 1 FROM permits_permit
                WHERE customer_id = %(customer)s::bigint AND type_key = %(type)s::varchar),
       EXISTS (SELECT 1 FROM payments_charge
                WHERE customer_id = %(customer)s::bigint AND settled_at IS NULL AND kind = 'citation')
       OR EXISTS (SELECT 1 FROM payments_charge
                WHERE settled_at IS NULL AND kind = 'citation' AND plate_key <> ''
                  AND plate_key = ANY(%(plates)s::varchar[] || ARRAY(
                      SELECT plate_key FROM customers_vehicle
                       WHERE customer_id = %(customer)s::bigint AND removed_at IS NULL)))
"""


@dataclass(frozen=True, slots=True)
class Glance:
    """How many places are `taken`, by counter; whether somebody waits for the type or is offered it,
    whether the customer ever had a permit of it, and whether a citation is open."""

    taken: Mapping[Counter, int]
    has_line: bool
    has_permits: bool
    has_citations: bool


def glance(
    kind: PermitType,
    rules: Programme,
    customer: Customer | None,
    *,
    plates: Sequence[Plate] = (),
    places: Sequence[str],
) -> Glance:
    """Look at what there is of a type, of a customer and of the plates that they want to list."""
    asked = {
        "type": code_key(kind.code),
        "quotas": list(limits_of(kind, rules)),
        "terms": list({counter_of(code_key(kind.code), place)[1] for place in places}),
        "customer": customer.pk if customer else None,
        "plates": [plate.key for plate in plates],
    }
    taken, *there_is = prepared.rows(_GLANCE, asked)[0]
    return Glance({(key, term): count for key, term, count in taken or []}, *there_is)
