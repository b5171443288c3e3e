"""The draft that stands open in the demonstration: next year's prices, half thought through."""

from datetime import datetime

from parkops.kernel.actors import Actor
from parkops.programme import operations, parts
from parkops.programme.parts import Document


def open_one(*, by: Actor, at: datetime) -> None:
    """Begin a draft of the programme in force and change a price and the steps of a fine in it."""
    draft = operations.start_draft(by=by, at=at)
    changes = [*_dearer(draft.document), *_kinder(draft.document)]
    operations.change_parts(draft.pk, changes, revision=draft.revision, by=by, at=at)


def _dearer(document: Document) -> list[operations.Change]:
    """The first permit type with a price costs 12.00 more, and half for electric vehicles."""
    for code in parts.codes_of(document, "permit_types"):
        kind = parts.find(document, "permit_types", code)
        price, _, cents = kind["price"]["base"].partition(".")
        if int(price):
            half = {"if": {"vehicle.fuel": "electric"}, "factor": "0.50"}
            dearer = kind["price"] | {"base": f"{int(price) + 12}.{cents or '00'}", "times": [half]}
            return [operations.Change("permit_types", code, kind | {"price": dearer})]
    return []


def _kinder(document: Document) -> list[operations.Change]:
    """The first violation with a discount gives it for three days longer."""
    for code in parts.codes_of(document, "violations"):
        violation = parts.find(document, "violations", code)
        steps = [dict(step) for step in violation.get("schedule", [])]
        early = next((step for step in steps if "within" in step), None)
        if early is not None:
            early["within"] = f"{int(early['within'].removesuffix('d')) + 3}d"
            return [operations.Change("violations", code, violation | {"schedule": steps})]
    return []
