"""What the programme file says of several permit types together: the places and limits they share."""

from typing import Literal

from parkops.programme.fields import Code, Part, SomeCodes, Text, Whole
from parkops.programme.permit_schema import Quota


class SharedQuota(Quota):
    """Places that several permit types take from together, on top of what each has of its own."""

    code: Code
    name: Text
    permit_types: SomeCodes


class SharedLimit(Part):
    """How many permits of several types one customer or one address may have together.

    With `streets` it holds for the addresses of these streets only, in place of the one for the
    same types that names none.
    """

    permit_types: SomeCodes
    per: Literal["customer", "address"] = "customer"
    most: Whole
    streets: tuple[Text, ...] = ()


class Shared(Part):
    """What permit types share."""

    quotas: tuple[SharedQuota, ...] = ()
    limits: tuple[SharedLimit, ...] = ()
