"""What enforcement keeps: who looked at which plate, chalk marks, citations, appeals, shifts."""

from enforcement.cameras.models import Camera, PlateRead, ReadErasure
from enforcement.imports.models import ImportBatch
from enforcement.models.appeals import Appeal, AppealPicture
from enforcement.models.boots import BootNotice
from enforcement.models.checks import Observation, PlateCheck
from enforcement.models.citations import Citation, CitationPhoto, CitationQuerySet
from enforcement.models.field_records import CitationHold, FieldRecord
from enforcement.models.hotlist import HotlistEntry
from enforcement.models.numbers import AllottedNumber
from enforcement.models.offline import OfflineCopy
from enforcement.models.shifts import Shift

__all__ = [
    "AllottedNumber",
    "Appeal",
    "AppealPicture",
    "BootNotice",
    "Camera",
    "Citation",
    "CitationHold",
    "CitationPhoto",
    "CitationQuerySet",
    "FieldRecord",
    "HotlistEntry",
    "ImportBatch",
    "Observation",
    "OfflineCopy",
    "PlateCheck",
    "PlateRead",
    "ReadErasure",
    "Shift",
]
