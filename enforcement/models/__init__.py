"""What enforcement keeps: who looked at which plate, chalk marks, citations, appeals, shifts."""

from enforcement.cameras.models import Camera, PlateRead, ReadErasure
from enforcement.imports.models import ImportBatch
from enforcement.models.appeals import Appeal, AppealDocument, AppealPicture, AppealStatement
from enforcement.models.boots import BootNotice
from enforcement.models.checks import Observation, PlateCheck
from enforcement.models.citations import Citation, CitationPhoto, CitationQuerySet
from enforcement.models.field_records import CitationHold, FieldRecord
from enforcement.models.hearings import Hearing, HearingSlot
from enforcement.models.hotlist import HotlistEntry
from enforcement.models.numbers import AllottedNumber
from enforcement.models.offline import OfflineCopy
from enforcement.models.shifts import Shift

__all__ = [
    "AllottedNumber",
    "Appeal",
    "AppealDocument",
    "AppealPicture",
    "AppealStatement",
    "BootNotice",
    "Camera",
    "Citation",
    "CitationHold",
    "CitationPhoto",
    "CitationQuerySet",
    "FieldRecord",
    "Hearing",
    "HearingSlot",
    "HotlistEntry",
    "ImportBatch",
    "Observation",
    "OfflineCopy",
    "PlateCheck",
    "PlateRead",
    "ReadErasure",
    "Shift",
]
