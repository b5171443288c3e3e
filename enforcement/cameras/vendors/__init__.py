"""One small adapter for each vendor: a message in, what it says out."""

from collections.abc import Callable
from dataclasses import dataclass

from enforcement.cameras.delivery import Delivery
from enforcement.cameras.reads import Told
from enforcement.cameras.vendors import (
    axis,
    blueiris,
    generic,
    genetec,
    hikvision,
    platerecognizer,
    rekor,
    tattile,
)


@dataclass(frozen=True, slots=True)
class Vendor:
    """A maker of plate readers: its code in the address, its name, what it sends, its adapter."""

    code: str
    name: str
    sends: str
    read: Callable[[Delivery], Told]


VENDORS = {
    vendor.code: vendor
    for vendor in (
        Vendor("axis", "Axis", "JSON of the plate verifier, with or without pictures", axis.read),
        Vendor("blueiris", "Blue Iris", "JSON of an alert, or its AI dump", blueiris.read),
        Vendor("generic", "Your own software", "JSON of plates, see the guide", generic.read),
        Vendor(
            "genetec", "Genetec", "JSON or XML of AutoVu and SharpV, hot-list hits", genetec.read
        ),
        Vendor("hikvision", "Hikvision", "XML of an ANPR event, with its pictures", hikvision.read),
        Vendor(
            "platerecognizer",
            "Plate Recognizer",
            "the webhook of Stream, with its picture, or its CSV",
            platerecognizer.read,
        ),
        Vendor("rekor", "Rekor, OpenALPR", "JSON of the agent's groups", rekor.read),
        Vendor("tattile", "Tattile", "XML of a read", tattile.read),
    )
}
