"""What can be done with the draft of the programme: begun, changed part by part, published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.dates import midnight
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.programme import load, parts, queries
from parkops.programme.load import Loaded
from parkops.programme.models import Draft
from parkops.programme.operations.versions import Applied, apply_version
from parkops.programme.parts import PartFault

LONGEST_REASON = 300
WHOLE = "*"
"""The place in `Draft.touched` of a change to the whole document."""


@dataclass(frozen=True, slots=True)
class Change:
    """A part of the programme and what it becomes: None takes it out.

    `code` names a coded thing as it is now; one that is new and carries its own code needs none.
    """

    part: str
    code: str | None
    value: Any


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change came to: the draft's revision, and what is wrong; with faults nothing is saved."""

    revision: int
    faults: tuple[PartFault, ...] = ()

    @property
    def is_saved(self) -> bool:
        """Whether the draft holds the change."""
        return not self.faults


@transaction.atomic
def start_draft(*, version: int | None = None, by: Actor, at: datetime) -> Draft:
    """Begin a draft from a version, an older one to put it back; None: from that in force at `at`.

    :raises Conflict: "draft_open" if there is one already: people work on it together.
    :raises Refused: "no_programme" if there is no such version.
    """
    number = queries.in_force(at).number if version is None else queries.version(version).number
    already = Draft.objects.select_for_update().filter(state=Draft.State.OPEN).first()
    if already is None:
        try:
            with transaction.atomic():
                draft = Draft.objects.create(
                    based_on=number,
                    document=queries.document(number),
                    started_at=at,
                    started_by=by.name,
                    saved_at=at,
                    saved_by=by.name,
                )
        except IntegrityError:
            already = Draft.objects.get(state=Draft.State.OPEN)
    if already is not None:
        raise Conflict(
            "draft_open",
            f"{already.started_by} began a draft from version {already.based_on} already. "
            "Go on with it, or discard it first.",
        )
    audit.record(
        "programme.draft_started",
        subject=("draft", str(draft.pk)),
        actor=by,
        at=at,
        version=number,
    )
    return draft


def change_draft(
    draft: int,
    *,
    part: str,
    code: str | None = None,
    value: Any,
    revision: int,
    by: Actor,
    at: datetime,
) -> Changed:
    """Change one part of a draft; see `change_parts`."""
    change = Change(part, code, value)
    return change_parts(draft, [change], revision=revision, by=by, at=at)


@transaction.atomic
def change_parts(
    draft: int, changes: Sequence[Change], *, revision: int, by: Actor, at: datetime
) -> Changed:
    """Change parts of a draft, all or none, as read by the one who changes them at `revision`.

    Each is checked for itself: a part with faults is not saved, and the answer says what is wrong
    where. What a part says of other parts may be unfinished; the whole is checked to be published.

    :raises Conflict: "saved_meanwhile" if somebody changed one of the parts after `revision`,
        "draft_closed" if the draft is published or discarded.
    """
    row = _open_draft(draft)
    document, faults = parts.faults_after(
        row.document, [(change.part, change.code, change.value) for change in changes]
    )
    touched = [_place(change) for change in changes]
    if faults:
        return Changed(row.revision, tuple(faults))
    if document == row.document:
        return Changed(row.revision)
    _require_fresh(row, touched, revision)
    _save(row, document, touched, by=by, at=at)
    return Changed(row.revision)


@transaction.atomic
def replace_draft(
    draft: int, document: dict[str, Any], *, revision: int, by: Actor, at: datetime
) -> Changed:
    """Make the draft say `document`, whole, as a pasted file does.

    :raises Conflict: as `change_parts`, if anything at all was changed after `revision`.
    """
    row = _open_draft(draft)
    if document == row.document:
        return Changed(row.revision)
    _require_fresh(row, list(row.touched), revision)
    _save(row, document, [WHOLE], by=by, at=at)
    return Changed(row.revision)


@transaction.atomic
def mean_finding(
    draft: int, *, part: str, code: str, text: str, reason: str, by: Actor, at: datetime
) -> Draft:
    """Keep with a draft that a finding is meant, and why; said again, the new reason counts.

    :raises Refused: "reason" if there is none, or one longer than `LONGEST_REASON`.
    :raises Conflict: "draft_closed" if the draft is published or discarded.
    """
    reason = reason.strip()
    if not reason:
        raise Refused("reason", "Say why it is meant; the others read it.", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused("reason", f"At most {LONGEST_REASON} characters fit.", field="reason")
    row = _open_draft(draft)
    finding = {"part": part, "code": code, "text": text}
    kept = [one for one in row.meant if not _is_about(one, finding)]
    row.meant = [*kept, finding | {"reason": reason, "by": by.name, "at": at.isoformat()}]
    row.save(update_fields=["meant"])
    _record_meant("meant", row, finding, by=by, at=at)
    return row


@transaction.atomic
def mind_finding(draft: int, *, part: str, code: str, text: str, by: Actor, at: datetime) -> Draft:
    """Take back that a finding is meant: it is to be looked at again. Twice is once.

    :raises Conflict: "draft_closed" if the draft is published or discarded.
    """
    row = _open_draft(draft)
    finding = {"part": part, "code": code, "text": text}
    kept = [one for one in row.meant if not _is_about(one, finding)]
    if len(kept) != len(row.meant):
        row.meant = kept
        row.save(update_fields=["meant"])
        _record_meant("minded", row, finding, by=by, at=at)
    return row


@transaction.atomic
def discard_draft(draft: int, *, by: Actor, at: datetime) -> None:
    """Give a draft up; one that is closed stays as it is.

    :raises NotFound: if there is no such draft.
    """
    row = _locked(draft)
    if row.state != Draft.State.OPEN:
        return
    row.state = Draft.State.DISCARDED
    row.save(update_fields=["state"])
    audit.record(
        "programme.draft_discarded",
        subject=("draft", str(row.pk)),
        actor=by,
        at=at,
        version=row.based_on,
        revision=row.revision,
    )


@transaction.atomic
def publish_draft(
    draft: int, *, revision: int, begins_on: date | None, by: Actor, at: datetime
) -> Applied:
    """Make a draft a version, in force from the local midnight that begins a day, or from `at`.

    `revision` is that of the draft whose changes were read before it was published.

    :raises Conflict: "saved_meanwhile" if the draft was changed after it, or as `apply_version`.
    :raises Refused: "draft_faulty" if the document is no programme.
    """
    row = _open_draft(draft)
    _require_fresh(row, list(row.touched), revision)
    loaded = _loaded(row)
    begins_at = midnight(begins_on, loaded.programme.tz) if begins_on else None
    applied = apply_version(loaded, begins_at=begins_at, by=by, at=at)
    row.state, row.published_as = Draft.State.PUBLISHED, applied.number
    row.save(update_fields=["state", "published_as"])
    return applied


def _is_about(one: dict[str, str], finding: dict[str, str]) -> bool:
    return all(one.get(name) == value for name, value in finding.items())


def _record_meant(
    what: str, row: Draft, finding: dict[str, str], *, by: Actor, at: datetime
) -> None:
    audit.record(
        f"programme.finding_{what}", subject=("draft", str(row.pk)), actor=by, at=at, **finding
    )


def _loaded(row: Draft) -> Loaded:
    try:
        return load.load_document(row.document)
    except load.Faulty as faulty:
        few = faulty.faults
        raise Refused(
            "draft_faulty",
            f"The draft has {len(few)} {'fault' if len(few) == 1 else 'faults'} to mend first: "
            f"{few[0].path}: {few[0].message}.",
        ) from faulty


def _locked(draft: int) -> Draft:
    row = Draft.objects.select_for_update().filter(pk=draft).first()
    if row is None:
        raise NotFound("There is no such draft.")
    return row


def _open_draft(draft: int) -> Draft:
    row = _locked(draft)
    if row.state == Draft.State.PUBLISHED:
        told = f"The draft was published as version {row.published_as}. Begin a new one to go on."
        raise Conflict("draft_closed", told)
    if row.state == Draft.State.DISCARDED:
        raise Conflict("draft_closed", "The draft was discarded. Begin a new one to go on.")
    return row


def _place(change: Change) -> str:
    code = change.code
    if code is None and isinstance(change.value, dict):
        code = change.value.get("code")
    return parts.place(change.part, None if code is None else str(code))


def _require_fresh(row: Draft, places: list[str], revision: int) -> None:
    """Refuse a change of what somebody else saved after the revision that the editor has read."""
    last = max(
        (row.touched[place] for place in [*places, WHOLE] if place in row.touched),
        key=lambda touch: touch["revision"],
        default=None,
    )
    if last is not None and last["revision"] > revision:
        raise Conflict("saved_meanwhile", f"This was saved meanwhile by {last['by']}.")


def _save(
    row: Draft, document: dict[str, Any], places: list[str], *, by: Actor, at: datetime
) -> None:
    row.revision += 1
    row.document, row.saved_by, row.saved_at = document, by.name, at
    touch = {"revision": row.revision, "by": by.name, "at": at.isoformat()}
    row.touched = {**row.touched, **dict.fromkeys(places, touch)}
    row.save(update_fields=["document", "revision", "saved_by", "saved_at", "touched"])
    audit.record(
        "programme.draft_changed",
        subject=("draft", str(row.pk)),
        actor=by,
        at=at,
        revision=row.revision,
        parts=places,
    )
