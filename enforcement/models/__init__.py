"""What enforcement keeps: who looked at which plate, chalk marks, citations, appeals, shifts."""

from enforcement.cameras.models import Camera, PlateRead, ReadErasure
from enforcement.imports.models import ImportBatch
from enforcement.models.appeals import Appeal, AppealDocument, AppealPicture, AppealStatement
from enforcement.models.beats import Beat, Duty
from enforcement.models.boots import BootCase, BootDevice, BootNotice, BootPhoto
from enforcement.models.calls import Call, CallPicture, Incident
from enforcement.models.checks import Observation, PlateCheck
from enforcement.models.citations import Citation, CitationPhoto, CitationQuerySet
from enforcement.models.counts import SpaceCount
from enforcement.models.cures import CureProof
from enforcement.models.escalation import (
    CitationOwner,
    HandOver,
    HandOverBatch,
    Letter,
    LetterBatch,
    OwnerBatch,
    OwnerRecord,
    OwnerRequest,
    WriteOff,
)
from enforcement.models.evidence import EvidenceLink
from enforcement.models.field_records import CitationHold, FieldRecord
from enforcement.models.hearings import Hearing, HearingSlot
from enforcement.models.hotlist import HotlistEntry
from enforcement.models.looks import PlateLook
from enforcement.models.numbers import AllottedNumber
from enforcement.models.offline import OfflineCopy
from enforcement.models.positions import OfficerPosition, PositionConsent
from enforcement.models.shifts import Shift
from enforcement.models.voids import Reopening, VoidRequest

__all__ = [
    "AllottedNumber",
    "Appeal",
    "AppealDocument",
    "AppealPicture",
    "AppealStatement",
    "Beat",
    "BootCase",
    "BootDevice",
    "BootNotice",
    "BootPhoto",
    "Call",
    "CallPicture",
    "Camera",
    "Citation",
    "CitationHold",
    "CitationOwner",
    "CitationPhoto",
    "CitationQuerySet",
    "CureProof",
    "Duty",
    "EvidenceLink",
    "FieldRecord",
    "HandOver",
    "HandOverBatch",
    "Hearing",
    "HearingSlot",
    "HotlistEntry",
    "ImportBatch",
    "Incident",
    "Letter",
    "LetterBatch",
    "Observation",
    "OfficerPosition",
    "OfflineCopy",
    "OwnerBatch",
    "OwnerRecord",
    "OwnerRequest",
    "PlateCheck",
    "PlateLook",
    "PlateRead",
    "PositionConsent",
    "ReadErasure",
    "Reopening",
    "Shift",
    "SpaceCount",
    "WriteOff",
    "VoidRequest",
]
