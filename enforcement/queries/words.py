"""The words that screens use for verdicts, statuses, flags and outcomes, and their tones."""

from dataclasses import dataclass

from enforcement.rules.standing import Status
from enforcement.rules.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its tone ("", good, warn, bad, info)."""

    text: str
    tone: str = ""


VERDICTS = {
    Verdict.NOT_ENFORCED: Word("Not enforced now", "good"),
    Verdict.AUTHORIZED: Word("Authorized", "good"),
    Verdict.SECOND_VEHICLE: Word("Second vehicle", "bad"),
    Verdict.GRACE: Word("In grace", "warn"),
    Verdict.OVERTIME: Word("Over the limit", "bad"),
    Verdict.UNAUTHORIZED: Word("Not authorized", "bad"),
}
STATUSES = {
    Status.ISSUED: Word("Owed", "bad"),
    Status.WARNING: Word("Warning"),
    Status.PAID: Word("Paid", "good"),
    Status.ON_APPEAL: Word("On appeal", "info"),
    Status.ON_PLAN: Word("On a plan", "info"),
    Status.COLLECTIONS: Word("In collections", "bad"),
    Status.WRITTEN_OFF: Word("Written off"),
    Status.DISMISSED: Word("Dismissed"),
    Status.VOIDED: Word("Voided"),
}
OUTCOMES = {
    "": Word("Waiting", "info"),
    "upheld": Word("Citation stands", "bad"),
    "reduced": Word("Fine reduced", "warn"),
    "dismissed": Word("Dismissed", "good"),
    "withdrawn": Word("Withdrawn"),
}
FLAGS = {
    "cited_already": "Cited for this on the same day or too soon before",
    "verdict_not_enforced": "The zone was not enforced at that time",
    "verdict_authorized": "A right existed at that time",
    "verdict_grace": "The vehicle was still in grace",
    "verdict_second_vehicle": "A check would have said: second vehicle",
    "verdict_overtime": "A check would have said: over the limit",
    "verdict_unauthorized": "A check would have said: not authorized",
}
EVENTS = {
    "citation.issued": "Issued",
    "citation.photo_added": "Photo added",
    "citation.printed": "Printed",
    "citation.paid": "Paid",
    "citation.owed_again": "Owed again",
    "citation.stage": "Stage reached",
    "citation.held": "Held for a decision",
    "citation.hold_decided": "Conflict decided",
    "citation.noted": "Note added",
    "citation.step": "Owed changed",
    "citation.letter": "Letter written",
    "citation.letter_sent": "Letter sent",
    "citation.vehicle_seen": "Vehicle described",
    "citation.owner_asked": "Owner asked for",
    "citation.owner_not_asked": "Taken out of the owner batch",
    "citation.owner_found": "Owner known",
    "citation.owner_not_found": "Owner not found",
    "citation.handed_over": "Handed over",
    "citation.collected": "Paid to the collector",
    "citation.taken_back": "To be taken back",
    "citation.release_told": "Taking back told",
    "citation.write_off_asked": "Write-off asked for",
    "citation.write_off_refused": "Write-off not accepted",
    "citation.written_off": "Written off",
    "citation.write_off_ended": "Write-off taken back",
    "citation.voided": "Voided",
    "citation.reopened": "Void taken back",
    "cure.filed": "Proof sent",
    "cure.decided": "Proof decided",
    "citation.void_asked": "Void asked for",
    "citation.void_rejected": "Void not accepted",
    "number.spoiled": "Number spoiled",
    "appeal.filed": "Appeal filed",
    "appeal.decided": "Appeal decided",
    "appeal.assigned": "Appeal given to a reviewer",
    "appeal.evidence_added": "Evidence added",
    "appeal.withdrawn": "Appeal closed without a decision",
    "appeal.closed": "Case of the appeal closed",
    "appeal.fee_waived": "Fee of the appeal waived",
    "hearing.booked": "Hearing booked",
    "hearing.released": "Hearing given up",
    "hearing.attended": "Hearing held",
    "hearing.missed": "Appellant did not come to the hearing",
}


def flag_words(flags: list[str]) -> list[str]:
    """Return the flags in words."""
    return [FLAGS.get(flag, flag.replace("_", " ")) for flag in flags]
