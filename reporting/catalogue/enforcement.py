"""Enforcement: who was where, what was written on whom and where, and what came of calls, cameras and boots."""

from enforcement.models import Appeal, Call
from enforcement.rules import calls
from parkops.kernel.permissions import Permission
from parkops.programme.schema import Programme
from payments.models import Payment
from reporting.catalogue.base import PERIOD, Parameter
from reporting.catalogue.counted import counted, in_words, labels, violation_name, zone_name
from reporting.datasets import Column, Kind

ZONE = Parameter("in_zone", "Zone", "code", hint="Its code; left out: every zone", codes="zones")
_DAYS = "c.issued_on BETWEEN %(first)s AND %(last)s"
_IN_ZONE = "(%(in_zone)s = '' OR upper(c.zone_code) = upper(%(in_zone)s))"
_STANDS = "c.voided_at IS NULL AND c.dismissed_at IS NULL"

OFFICERS = counted(
    "officers",
    "Work by officer",
    """
WITH worked AS (
  SELECT officer_ref, max(officer) AS officer, count(*) AS shifts,
         sum(extract(epoch
         FROM least(coalesce(ended_at, %(now)s), %(ends)s) - greatest(began_at, %(begins)s))) / 3600 AS hours
    FROM enforcement_shift
   WHERE began_at < %(ends)s AND coalesce(ended_at, %(now)s) > %(begins)s
   GROUP BY 1
), checked AS (
  SELECT actor_ref AS officer_ref, max(actor_name) AS officer, count(*) AS checks,
  count(DISTINCT plate_key) AS plates
    FROM enforcement_platecheck
   WHERE source = 'field' AND at >= %(begins)s AND at < %(ends)s
   GROUP BY 1
), written AS (
  SELECT officer_ref, max(officer) AS officer, count(*) AS citations,
         count(*) FILTER (WHERE sanction = 'warning') AS warnings,
         count(*) FILTER (WHERE voided_at IS NOT NULL) AS voided,
         count(*) FILTER (WHERE dismissed_at IS NOT NULL AND voided_at IS NULL) AS dismissed,
         sum(fine_minor) AS fines
    FROM enforcement_citation
   WHERE source = 'ours' AND issued_at >= %(begins)s AND issued_at < %(ends)s
   GROUP BY 1
)
SELECT coalesce(nullif(w.officer, ''), nullif(c.officer, ''), t.officer, ''), coalesce(w.shifts, 0),
       coalesce(w.hours, 0),
       coalesce(c.checks, 0), coalesce(t.citations, 0), coalesce(t.warnings, 0),
       coalesce(t.voided, 0), coalesce(t.dismissed, 0), coalesce(t.fines, 0),
       CASE WHEN w.hours > 0 THEN coalesce(c.checks, 0) / w.hours END
  FROM worked w
  FULL JOIN checked c USING (officer_ref)
  FULL JOIN written t USING (officer_ref)
 ORDER BY 5 DESC, 1
""",
    [
        Column("officer", "Officer", told="Blank for what no officer signed, such as an import"),
        Column("shifts", "Shifts", Kind.COUNT, "That touch the period", True),
        Column("hours", "Hours", Kind.NUMBER, "On shift, inside the period", True),
        Column("checks", "Checks", Kind.COUNT, "Plates checked in the field", True),
        Column("citations", "Citations", Kind.COUNT, "Our own, warnings and voided ones too", True),
        Column("warnings", "Warnings", Kind.COUNT, "Of them", True),
        Column("voided", "Voided", Kind.COUNT, "Of them voided since", True),
        Column("dismissed", "Dismissed", Kind.COUNT, "Of them dismissed on appeal", True),
        Column("fines", "Fines", Kind.MONEY, "As issued", True),
        Column("pace", "Checks an hour", Kind.NUMBER, "Checks, by the hours on shift"),
        Column(
            "share",
            "Hit rate",
            Kind.SHARE,
            "Citations, of the checks",
            part_of=("citations", "checks"),
        ),
    ],
    about="Hours, checks and citations of each officer, and what became of the citations.",
    section="Enforcement",
    chart=("officer", "citations"),
    notes=[
        "Checks say more of an officer's work than citations do: a full lot of permit holders has none."
    ],
)

BY_OFFICER = counted(
    "violations-by-officer",
    "Violations by officer",
    f"""
SELECT c.officer, c.violation_code, c.violation_code, count(*), sum(c.fine_minor),
       count(*) FILTER (WHERE c.voided_at IS NOT NULL OR c.dismissed_at IS NOT NULL)
  FROM enforcement_citation c
 WHERE {_DAYS} AND {_IN_ZONE}
 GROUP BY 1, 2
 ORDER BY 1, 4 DESC, 2
""",  # noqa: S608
    [
        Column("officer", "Officer", told="Who signed the citation; blank where nobody is known"),
        Column("violation", "Violation", told="Its code, as the citation was written"),
        Column(
            "name",
            "Name",
            told="Of the violation, as the program in force has it; its code if it is no more",
        ),
        Column("issued", "Issued", Kind.COUNT, "All citations", True),
        Column("fines", "Fines", Kind.MONEY, "As issued", True),
        Column("undone", "Undone", Kind.COUNT, "Voided, or dismissed on appeal", True),
        Column(
            "share", "Share undone", Kind.SHARE, "Of those issued", part_of=("undone", "issued")
        ),
    ],
    about="What each officer writes, and how much of it does not stand.",
    section="Enforcement",
    parameters=(*PERIOD, ZONE),
    named={"name": violation_name},
    chart=("officer", "issued"),
)

PLACES = counted(
    "citations-by-place",
    "Citations by place",
    f"""
SELECT c.zone_code, c.zone_code, c.place, count(*), count(DISTINCT c.plate_key), sum(c.fine_minor),
       count(*) FILTER (WHERE {_STANDS}),
       count(*) FILTER (WHERE c.dismissed_at IS NOT NULL AND c.voided_at IS NULL)
  FROM enforcement_citation c
 WHERE {_DAYS} AND {_IN_ZONE}
 GROUP BY 1, 3
 ORDER BY 4 DESC, 1, 3
""",  # noqa: S608
    [
        Column("zone", "Zone", told="Its code in the program; blank for imported citations"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column("place", "Place", told="The street or bay as it was written down"),
        Column("issued", "Issued", Kind.COUNT, "All citations", True),
        Column("plates", "Plates", Kind.COUNT, "Different ones, in this line"),
        Column("fines", "Fines", Kind.MONEY, "As issued", True),
        Column("standing", "Standing", Kind.COUNT, "Neither voided nor dismissed", True),
        Column("dismissed", "Dismissed", Kind.COUNT, "On appeal", True),
        Column(
            "share",
            "Share dismissed",
            Kind.SHARE,
            "Of those issued: is the sign bad?",
            part_of=("dismissed", "issued"),
        ),
    ],
    about="Where citations are written, and where appeals say that the sign is at fault.",
    section="Enforcement",
    parameters=(*PERIOD, ZONE),
    named={"name": zone_name},
    chart=("name", "issued"),
)

HOURS = counted(
    "citations-by-hour",
    "Citations by weekday and hour",
    f"""
SELECT (ARRAY['Monday','Tuesday','Wednesday','Thursday','Friday','Saturday','Sunday'])
         [extract(isodow FROM c.issued_at AT TIME ZONE %(place)s)::int],
       to_char(c.issued_at AT TIME ZONE %(place)s, 'HH24:00'), count(*), sum(c.fine_minor),
       count(*) FILTER (WHERE {_STANDS})
  FROM enforcement_citation c
 WHERE {_DAYS} AND {_IN_ZONE}
 GROUP BY extract(isodow FROM c.issued_at AT TIME ZONE %(place)s), 1, 2
 ORDER BY extract(isodow FROM c.issued_at AT TIME ZONE %(place)s), 2
""",  # noqa: S608
    [
        Column("weekday", "Weekday", told="The local one, on which it was written"),
        Column("hour", "Hour", told="The local hour that begins then"),
        Column("issued", "Issued", Kind.COUNT, "All citations", True),
        Column("fines", "Fines", Kind.MONEY, "As issued", True),
        Column("standing", "Standing", Kind.COUNT, "Neither voided nor dismissed", True),
    ],
    about="When citations are written, by weekday and hour of the day.",
    section="Enforcement",
    parameters=(*PERIOD, ZONE),
    chart=("hour", "issued"),
)

REPEATED = counted(
    "repeat-offenders",
    "Plates cited again and again",
    f"""
SELECT min(c.plate_text), c.region, count(*), count(DISTINCT c.zone_code), min(c.issued_on), max(c.issued_on),
       sum(c.fine_minor), count(*) FILTER (WHERE c.settled_at IS NULL AND c.fine_minor > 0)
  FROM enforcement_citation c
 WHERE {_DAYS} AND {_STANDS} AND c.plate_key <> '' AND c.sanction <> 'warning'
 GROUP BY c.plate_key, c.region
HAVING count(*) >= coalesce(nullif(%(least)s, '')::int, 3)
 ORDER BY 3 DESC, 1
""",  # noqa: S608
    [
        Column("plate", "Plate", told="As it was written"),
        Column("region", "Region", told="That issued the plate"),
        Column("citations", "Citations", Kind.COUNT, "With a fine, that stand", True),
        Column("zones", "Zones", Kind.COUNT, "Different ones"),
        Column("first", "First", Kind.DATE, "The day of the first of these citations"),
        Column("last", "Last", Kind.DATE, "The day of the last of these citations"),
        Column("fines", "Fines", Kind.MONEY, "As issued", True),
        Column("open", "Unpaid", Kind.COUNT, "Of them", True),
    ],
    about="The plates with the most citations of the period, and how many they have not paid.",
    section="Enforcement",
    parameters=(
        *PERIOD,
        Parameter(
            "least",
            "At least",
            "choice",
            choices=tuple((str(n), f"{n} citations") for n in (2, 3, 5, 10)),
            blank="3 citations",
        ),
    ),
    needs=Permission.CITATION_VIEW,
)

BY_PAYMENT = counted(
    "violations-by-payment",
    "Violations by means of payment and month",
    """
SELECT to_char(pay.succeeded_at AT TIME ZONE %(place)s, 'YYYY-MM'), c.violation_code, c.violation_code,
       pay.method,
       count(DISTINCT c.id), sum(a.amount_minor - a.released_minor)
  FROM payments_payment pay
  JOIN payments_allocation a ON a.payment_id = pay.id
  JOIN payments_charge k ON k.id = a.charge_id AND k.kind = 'citation'
  JOIN enforcement_citation c ON c.number = k.reference
 WHERE pay.state IN ('succeeded', 'bounced') AND pay.succeeded_at >= %(begins)s AND pay.succeeded_at < %(ends)s
 GROUP BY 1, 2, 4
 ORDER BY 1, 2, 4
""",
    [
        Column("month", "Month", Kind.MONTH, told="The local month of the payment"),
        Column("violation", "Violation", told="Its code, as the citation was written"),
        Column(
            "name",
            "Name",
            told="Of the violation, as the program in force has it; its code if it is no more",
        ),
        Column("method", "Paid by", told="Cash, card or another means"),
        Column("citations", "Citations", Kind.COUNT, "On which something was paid so", True),
        Column("paid", "Paid", Kind.MONEY, "Less what was moved to another charge", True),
    ],
    about="What was paid on citations, by violation and means of payment, month by month.",
    section="Enforcement",
    named={"name": violation_name, "method": labels(Payment.Method)},
    chart=("method", "paid"),
)

PAID = counted(
    "paid-violations",
    "Paid citations by violation",
    """
SELECT c.violation_code, c.violation_code, count(*), sum(k.amount_minor), sum(k.discount_minor),
       sum(k.late_fee_minor), sum(k.paid_minor),
       avg(extract(epoch FROM c.settled_at - c.issued_at)) / 86400
  FROM enforcement_citation c
  JOIN payments_charge k ON k.kind = 'citation' AND k.reference = c.number
 WHERE c.settled_at >= %(begins)s AND c.settled_at < %(ends)s AND k.paid_minor > 0
 GROUP BY 1
 ORDER BY 3 DESC, 1
""",
    [
        Column("violation", "Violation", told="Its code, as the citation was written"),
        Column(
            "name",
            "Name",
            told="Of the violation, as the program in force has it; its code if it is no more",
        ),
        Column("citations", "Citations", Kind.COUNT, "Settled in the period by a payment", True),
        Column("owed", "Owed", Kind.MONEY, "What each came to in the end", True),
        Column("discounts", "Discounts", Kind.MONEY, "For paying early", True),
        Column("late", "Late fees", Kind.MONEY, "For paying late", True),
        Column("paid", "Paid", Kind.MONEY, "On them by now, late fees too", True),
        Column("days", "Days", Kind.NUMBER, "From the citation to its settlement, on average"),
    ],
    about="The citations settled in the period: discounts, late fees, and how long it took.",
    section="Enforcement",
    named={"name": violation_name},
    chart=("name", "paid"),
)

OVERDUE = counted(
    "overdue-citations",
    "Overdue citations",
    """
SELECT c.number, c.plate_text, c.region, c.violation_code, c.issued_on, k.due_on, %(last)s::date - k.due_on,
       c.stage, k.amount_minor - k.paid_minor
  FROM enforcement_citation c
  JOIN payments_charge k ON k.kind = 'citation' AND k.reference = c.number
 WHERE c.settled_at IS NULL AND c.voided_at IS NULL AND c.dismissed_at IS NULL AND c.written_off_at IS NULL
   AND k.due_on <= %(last)s AND k.amount_minor > k.paid_minor AND k.paused_at IS NULL
 ORDER BY k.due_on, c.number
""",
    [
        Column("citation", "Citation", told="Its number"),
        Column("plate", "Plate", told="As it was written"),
        Column("region", "Region", told="That issued the plate"),
        Column("violation", "Violation", told="Its code, as the citation was written"),
        Column("issued", "Issued", Kind.DATE, "The local day on which it was written"),
        Column("due", "Due", Kind.DATE, "The day by which what is owed now was to be paid"),
        Column("days", "Days late", Kind.COUNT, "From the day it was due to the day asked for"),
        Column("stage", "Stage", told="How far reminders and escalation have come"),
        Column("owed", "Owed", Kind.MONEY, "What is left to pay now", True),
    ],
    about="Every citation past its day and not paid, the oldest first; those under appeal wait.",
    section="Enforcement",
    parameters=(Parameter("to", "Due until", "date", blank="Today"),),
    named={"stage": in_words},
    needs=Permission.CITATION_VIEW,
)

VOIDS = counted(
    "voids",
    "Voided citations",
    f"""
SELECT (c.voided_at AT TIME ZONE %(place)s)::date, c.number, c.officer, c.violation_code, c.void_reason,
       (extract(epoch FROM c.voided_at - c.issued_at) / 3600)::float8, c.fine_minor
  FROM enforcement_citation c
 WHERE c.voided_at >= %(begins)s AND c.voided_at < %(ends)s AND {_IN_ZONE}
 ORDER BY c.voided_at, c.number
""",  # noqa: S608
    [
        Column("day", "Day", Kind.DATE, "The local day of the void"),
        Column("citation", "Citation", told="Its number"),
        Column("officer", "Officer", told="Who wrote it"),
        Column("violation", "Violation", told="Its code, as the citation was written"),
        Column("reason", "Reason", told="As it was given with the void"),
        Column("hours", "After hours", Kind.NUMBER, "From the citation to its void"),
        Column("fine", "Fine", Kind.MONEY, "As issued", True),
    ],
    about="Every citation voided in the period, who wrote it, why it was voided and how soon.",
    section="Enforcement",
    parameters=(*PERIOD, ZONE),
    chart=("officer", "fine"),
)

CHECKS = counted(
    "plate-checks",
    "Plate checks by verdict",
    """
SELECT upper(zone_code), zone_code, count(*), count(DISTINCT plate_key),
       count(*) FILTER (WHERE verdict NOT IN ('unauthorized', 'overtime', 'second_vehicle')),
       count(*) FILTER (WHERE source = 'field'), count(*) FILTER (WHERE source = 'camera'),
       count(*) FILTER (WHERE verdict IN ('unauthorized', 'overtime', 'second_vehicle'))
  FROM enforcement_platecheck
 WHERE at >= %(begins)s AND at < %(ends)s
 GROUP BY 1, 2
 ORDER BY 3 DESC, 1
""",
    [
        Column("zone", "Zone", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column("checks", "Checks", Kind.COUNT, "By officers, cameras and others", True),
        Column("plates", "Plates", Kind.COUNT, "Different ones, in this line"),
        Column(
            "good",
            "In order",
            Kind.COUNT,
            "Allowed there, within its grace, or nothing is enforced",
            True,
        ),
        Column("field", "By officers", Kind.COUNT, "Of them, in the field", True),
        Column("cameras", "By cameras", Kind.COUNT, "Of them, by fixed and driven cameras", True),
        Column(
            "not_good",
            "Not in order",
            Kind.COUNT,
            "Without a right, over its time, or a second vehicle",
            True,
        ),
        Column(
            "share", "Compliance", Kind.SHARE, "In order, of the checks", part_of=("good", "checks")
        ),
    ],
    about="How many plates were checked in each zone, by whom, and how many were in order.",
    section="Enforcement",
    named={"name": zone_name},
    chart=("name", "checks"),
)

READS = counted(
    "camera-reads",
    "Camera reads",
    """
SELECT k.name, k.zone_code, count(*), count(DISTINCT r.plate_key),
       count(*) FILTER (WHERE r.is_hit), count(*) FILTER (WHERE r.decided_at IS NOT NULL),
       count(*) FILTER (WHERE r.state = 'rejected'), avg(r.sure_share) * 100
  FROM enforcement_plateread r JOIN enforcement_camera k ON k.id = r.camera_id
 WHERE r.taken_at >= %(begins)s AND r.taken_at < %(ends)s
 GROUP BY k.id, 1, 2
 ORDER BY 3 DESC, 1
""",
    [
        Column("camera", "Camera", told="Its name"),
        Column("zone", "Zone", told="The code of the zone that it looks at"),
        Column(
            "reads",
            "Reads",
            Kind.COUNT,
            "Still kept: reads are erased when their time is over",
            True,
        ),
        Column("plates", "Plates", Kind.COUNT, "Different ones, in this line"),
        Column("hits", "Hits", Kind.COUNT, "Plates without a right, or listed", True),
        Column("decided", "Decided", Kind.COUNT, "By an officer or a reviewer", True),
        Column("dismissed", "Set aside", Kind.COUNT, "Of them, as no case", True),
        Column("sure", "Sure, %", Kind.NUMBER, "What the camera says of itself, on average"),
        Column("share", "Hit rate", Kind.SHARE, "Hits, of the reads", part_of=("hits", "reads")),
    ],
    about="What each camera read, how sure it was, and what people made of its hits.",
    section="Enforcement",
    chart=("camera", "reads"),
)

BOOTS = counted(
    "boots-and-tows",
    "Boots and tows",
    """
SELECT (b.ordered_at AT TIME ZONE %(place)s)::date, b.number, b.plate_text, b.region, b.zone_code,
       CASE WHEN b.cancelled_at IS NOT NULL THEN 'Canceled' WHEN b.released_at IS NOT NULL THEN 'Released'
            WHEN b.towed_at IS NOT NULL THEN 'Towed'
            WHEN b.applied_at IS NOT NULL THEN 'Booted' ELSE 'Ordered' END,
       extract(epoch FROM coalesce(b.released_at, b.ended_at, %(now)s) - b.applied_at) / 3600,
       coalesce((SELECT sum(k.amount_minor) FROM payments_charge k
                  WHERE k.kind IN ('boot', 'tow', 'storage') AND k.reference = b.number), 0)
  FROM enforcement_bootcase b
 WHERE b.ordered_at >= %(begins)s AND b.ordered_at < %(ends)s
 ORDER BY b.ordered_at, b.number
""",
    [
        Column("day", "Day", Kind.DATE, "On which it was ordered"),
        Column("case", "Case", told="Its number"),
        Column("plate", "Plate", told="As it was written"),
        Column("region", "Region", told="That issued the plate"),
        Column("zone", "Zone", told="The code of the zone where the vehicle stood"),
        Column(
            "state",
            "State",
            told="The furthest it came: ordered, booted, towed, released or canceled",
        ),
        Column("hours", "Hours", Kind.NUMBER, "From the boot to its release, or to now"),
        Column("fees", "Fees", Kind.MONEY, "Boot, tow and storage, as charged", True),
    ],
    about="Every boot and tow that was ordered, how long it lasted, and what it was charged.",
    section="Enforcement",
    chart=("state", "fees"),
    needs=Permission.CITATION_VIEW,
)


def _call_name(programme: Programme, code: str) -> str:
    kind = calls.KINDS.get(code)
    return kind.name if kind else in_words(programme, code)


CALLS = counted(
    "calls",
    "Calls and how fast they were answered",
    """
SELECT c.kind, c.state, count(*), avg(extract(epoch FROM c.accepted_at - c.called_at)) / 60,
       avg(extract(epoch FROM c.arrived_at - c.called_at)) / 60,
       avg(extract(epoch FROM c.done_at - c.called_at)) / 60,
       count(*) FILTER (WHERE coalesce(c.arrived_at, c.done_at, %(now)s) > c.answer_by),
       count(*) FILTER (WHERE c.citation_id IS NOT NULL)
  FROM enforcement_call c
 WHERE c.called_at >= %(begins)s AND c.called_at < %(ends)s
 GROUP BY 1, 2
 ORDER BY 1, 2
""",
    [
        Column("kind", "Kind", told="What it was about"),
        Column("state", "State", told="As it is now"),
        Column("calls", "Calls", Kind.COUNT, "That came in the period", True),
        Column("accepted", "Minutes to accept", Kind.NUMBER, "From the call, on average"),
        Column("arrived", "Minutes to arrive", Kind.NUMBER, "From the call, on average"),
        Column("done", "Minutes to the end", Kind.NUMBER, "From the call, on average"),
        Column("late", "Late", Kind.COUNT, "Nobody was there by the promised time", True),
        Column("cited", "Cited", Kind.COUNT, "Ended with a citation", True),
        Column("share", "Share late", Kind.SHARE, "Of the calls", part_of=("late", "calls")),
    ],
    about="What people called about, how long it took until somebody came, and what came of it.",
    section="Enforcement",
    named={"kind": _call_name, "state": labels(Call.State)},
    chart=("kind", "calls"),
)

INCIDENTS = counted(
    "incidents",
    "Incidents",
    """
SELECT i.happened_at, i.number, i.kind, i.zone_code, i.place, i.text, i.police_reference, i.recorded_by
  FROM enforcement_incident i
 WHERE i.happened_at >= %(begins)s AND i.happened_at < %(ends)s
 ORDER BY i.happened_at, i.id
""",
    [
        Column("at", "When", Kind.INSTANT, "When it happened, in local time"),
        Column("number", "Number", told="Of the incident"),
        Column("kind", "Kind", told="As the officer chose"),
        Column("zone", "Zone", told="The code of the zone"),
        Column("place", "Place", told="As it was written down"),
        Column("what", "What happened", told="As it was written down"),
        Column("police", "Police", told="The number that the police gave"),
        Column("by", "Recorded by", told="The officer who wrote it down"),
    ],
    about="What officers recorded besides citations: damage, accidents, threats.",
    section="Enforcement",
    named={"kind": lambda _programme, code: calls.INCIDENTS.get(code, code)},
    needs=Permission.DISPATCH_VIEW,
)

REGISTER = counted(
    "register-requests",
    "Owners asked of the register",
    """
SELECT c.region, to_char(r.added_at AT TIME ZONE %(place)s, 'YYYY-MM'), count(*),
       count(*) FILTER (WHERE b.locked_at IS NOT NULL), count(*) FILTER (WHERE r.resolved_at IS NOT NULL),
       count(*) FILTER (WHERE EXISTS (SELECT 1
       FROM enforcement_citationowner o WHERE o.citation_id = r.citation_id)),
       avg(extract(epoch FROM r.resolved_at - r.added_at)) / 86400
  FROM enforcement_ownerrequest r
  JOIN enforcement_ownerbatch b ON b.id = r.batch_id
  JOIN enforcement_citation c ON c.id = r.citation_id
 WHERE r.added_at >= %(begins)s AND r.added_at < %(ends)s
 GROUP BY 1, 2
 ORDER BY 1, 2
""",
    [
        Column("region", "Region", told="That issued the plates: whose register"),
        Column(
            "month", "Month", Kind.MONTH, "The local month in which they were put into a request"
        ),
        Column("asked", "Asked", Kind.COUNT, "Plates put into a request", True),
        Column("sent", "Sent", Kind.COUNT, "Of them, to the register", True),
        Column("answered", "Answered", Kind.COUNT, "Of them", True),
        Column("found", "Found", Kind.COUNT, "With an owner", True),
        Column("days", "Days", Kind.NUMBER, "To the answer, on average"),
        Column("share", "Share found", Kind.SHARE, "Of those asked", part_of=("found", "asked")),
    ],
    about="How many owners were asked of which register, for its yearly account, and how many were found.",
    section="Enforcement",
    chart=("region", "asked"),
)

HANDED = counted(
    "handed-over",
    "Handed over to collection",
    """
SELECT h.kind, to_char(h.placed_at AT TIME ZONE %(place)s, 'YYYY-MM'), count(*), sum(h.amount_minor),
       count(*) FILTER (WHERE h.released_at IS NOT NULL),
       count(*) FILTER (WHERE c.settled_at > h.placed_at),
       coalesce(sum(k.paid_minor) FILTER (WHERE c.settled_at > h.placed_at), 0)
  FROM enforcement_handover h
  JOIN enforcement_citation c ON c.id = h.citation_id
  LEFT JOIN payments_charge k ON k.kind = 'citation' AND k.reference = c.number
 WHERE h.placed_at >= %(begins)s AND h.placed_at < %(ends)s
 GROUP BY 1, 2
 ORDER BY 1, 2
""",
    [
        Column("kind", "To", told="Whom they were handed to"),
        Column("month", "Month", Kind.MONTH, told="In which they were handed over"),
        Column("citations", "Citations", Kind.COUNT, "Handed over in that month", True),
        Column("amount", "Amount", Kind.MONEY, "Owed when they were handed over", True),
        Column("released", "Released", Kind.COUNT, "Taken back since", True),
        Column("settled", "Settled", Kind.COUNT, "Since", True),
        Column("paid", "Paid", Kind.MONEY, "On those settled since", True),
        Column(
            "share",
            "Share settled",
            Kind.SHARE,
            "Of the citations",
            part_of=("settled", "citations"),
        ),
    ],
    about="What was handed to collection, registration holds or the court, and what came back of it.",
    section="Enforcement",
    named={"kind": in_words},
    chart=("month", "amount"),
)

APPEALS = counted(
    "appeals",
    "Appeals by grounds and outcome",
    """
SELECT a.level_name, a.grounds_name, a.outcome, count(*),
       count(*) FILTER (WHERE a.late_reason <> ''),
       avg(extract(epoch FROM coalesce(a.decided_at, a.closed_at, %(now)s) - a.filed_at)) / 86400,
       coalesce(sum(c.fine_minor), 0)
  FROM enforcement_appeal a JOIN enforcement_citation c ON c.id = a.citation_id
 WHERE a.filed_at >= %(begins)s AND a.filed_at < %(ends)s
 GROUP BY a.level, 1, 2, 3
 ORDER BY a.level, 2, 3
""",
    [
        Column("level", "Level", told="As the program named it when it was filed"),
        Column("grounds", "Grounds", told="As the program named them when it was filed"),
        Column("outcome", "Outcome", told="Open where nobody has decided yet"),
        Column("appeals", "Appeals", Kind.COUNT, "Filed in the period", True),
        Column("late", "Late", Kind.COUNT, "Of them filed after their time, with a reason", True),
        Column("days", "Days", Kind.NUMBER, "To the decision or to now, on average"),
        Column("fines", "Fines", Kind.MONEY, "Of the citations appealed", True),
    ],
    about="What people appeal for, and how it ends.",
    section="Appeals",
    named={
        "outcome": lambda programme, code: (
            labels(Appeal.Outcome)(programme, code) if code else "Open"
        )
    },
    chart=("outcome", "appeals"),
)

_APPEALED = """
       count(*), count(a.id), count(*) FILTER (WHERE a.outcome = 'dismissed'),
       count(*) FILTER (WHERE a.outcome = 'reduced'), count(*) FILTER (WHERE a.outcome = 'upheld')
  FROM enforcement_citation c
  LEFT JOIN LATERAL (SELECT e.id, e.outcome FROM enforcement_appeal e WHERE e.citation_id = c.id
                      ORDER BY e.level DESC, e.id DESC LIMIT 1) a ON true
 WHERE c.issued_on BETWEEN %(first)s AND %(last)s AND c.sanction <> 'warning'
"""
_APPEALED_COLUMNS = (
    Column("issued", "Issued", Kind.COUNT, "Citations of the period, without warnings", True),
    Column("appealed", "Appealed", Kind.COUNT, "Of them; the last appeal counts", True),
    Column("dismissed", "Dismissed", Kind.COUNT, "The citation fell", True),
    Column("reduced", "Reduced", Kind.COUNT, "The fine was reduced", True),
    Column("upheld", "Upheld", Kind.COUNT, "The citation stands", True),
    Column(
        "rate",
        "Appeal rate",
        Kind.SHARE,
        "Appealed, of those issued",
        part_of=("appealed", "issued"),
    ),
    Column(
        "fell",
        "Dismissal rate",
        Kind.SHARE,
        "Dismissed, of those appealed",
        part_of=("dismissed", "appealed"),
    ),
)

BY_VIOLATION = counted(
    "appeals-by-violation",
    "Appeals by violation",
    f"SELECT c.violation_code, c.violation_code, {_APPEALED} GROUP BY 1 ORDER BY 4 DESC, 1",  # noqa: S608
    [
        Column("violation", "Violation", told="Its code, as the citation was written"),
        Column(
            "name",
            "Name",
            told="Of the violation, as the program in force has it; its code if it is no more",
        ),
        *_APPEALED_COLUMNS,
    ],
    about="Which rule is appealed most, and which does not hold.",
    section="Appeals",
    named={"name": violation_name},
    chart=("name", "appealed"),
)

BY_SIGN = counted(
    "appeals-by-zone",
    "Appeals by zone",
    f"SELECT c.zone_code, c.zone_code, c.place, {_APPEALED} GROUP BY 1, 3 ORDER BY 5 DESC, 1, 3",  # noqa: S608
    [
        Column("zone", "Zone", told="Its code in the program; blank for imported citations"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column(
            "place",
            "Place",
            told="The street or bay as it was written down; blank where none was",
        ),
        *_APPEALED_COLUMNS,
    ],
    about="Where citations are appealed and fall: the signs to look at first.",
    section="Appeals",
    named={"name": zone_name},
    chart=("name", "dismissed"),
)

BY_WRITER = counted(
    "appeals-by-officer",
    "Appeals by officer",
    f"SELECT c.officer, {_APPEALED} GROUP BY 1 ORDER BY 3 DESC, 1",  # noqa: S608
    [
        Column("officer", "Officer", told="Who signed the citation; blank where nobody is known"),
        *_APPEALED_COLUMNS,
    ],
    about="Whose citations are appealed, and whose fall.",
    section="Appeals",
    chart=("officer", "appealed"),
)

REVIEWERS = counted(
    "reviewers",
    "Decisions by reviewer",
    """
SELECT a.decided_by, count(*), count(*) FILTER (WHERE a.outcome = 'upheld'),
       count(*) FILTER (WHERE a.outcome = 'reduced'), count(*) FILTER (WHERE a.outcome = 'dismissed'),
       avg(extract(epoch FROM a.decided_at - a.filed_at)) / 86400,
       count(*) FILTER (WHERE a.decided_on > a.decide_on),
       coalesce(sum(a.unlike_count), 0)
  FROM enforcement_appeal a
 WHERE a.decided_at >= %(begins)s AND a.decided_at < %(ends)s AND a.outcome <> 'withdrawn'
 GROUP BY 1
 ORDER BY 2 DESC, 1
""",
    [
        Column("reviewer", "Reviewer", told="Who decided"),
        Column("decided", "Decided", Kind.COUNT, "In the period", True),
        Column("upheld", "Upheld", Kind.COUNT, "The citation stands", True),
        Column("reduced", "Reduced", Kind.COUNT, "The fine was reduced", True),
        Column("dismissed", "Dismissed", Kind.COUNT, "The citation fell", True),
        Column("days", "Days", Kind.NUMBER, "From the appeal to its decision, on average"),
        Column("late", "Late", Kind.COUNT, "After the day that was promised", True),
        Column(
            "unlike", "Against the like", Kind.COUNT, "Like cases that were decided otherwise", True
        ),
        Column(
            "share",
            "Dismissal rate",
            Kind.SHARE,
            "Of those decided",
            part_of=("dismissed", "decided"),
        ),
    ],
    about="How reviewers decide, how long they take, and how often like cases went otherwise.",
    section="Appeals",
    chart=("reviewer", "decided"),
    needs=Permission.APPEAL_VIEW,
)

HEARINGS = counted(
    "hearings",
    "Hearings",
    """
SELECT (s.starts_at AT TIME ZONE %(place)s)::date, s.officer, sum(DISTINCT s.capacity)::int, count(h.id),
       count(*) FILTER (WHERE h.attendance = 'attended'), count(*) FILTER (WHERE h.attendance = 'missed'),
       count(*) FILTER (WHERE h.released_at IS NOT NULL)
  FROM enforcement_hearingslot s LEFT JOIN enforcement_hearing h ON h.slot_id = s.id
 WHERE s.starts_at >= %(begins)s AND s.starts_at < %(ends)s
 GROUP BY 1, 2, s.id
 ORDER BY 1, 2
""",
    [
        Column("day", "Day", Kind.DATE, "The local day of the hearing"),
        Column("officer", "Hearing officer", told="Who hears"),
        Column("places", "Places", Kind.COUNT, "Offered", True),
        Column("booked", "Booked", Kind.COUNT, "Those given up again too", True),
        Column("came", "Came", Kind.COUNT, "Of those booked", True),
        Column("missed", "Did not come", Kind.COUNT, "Of those booked", True),
        Column("given_up", "Given up", Kind.COUNT, "The booking was released", True),
        Column(
            "share", "Filled", Kind.SHARE, "Booked, of the places", part_of=("booked", "places")
        ),
    ],
    about="How the hearings were booked, and who came.",
    section="Appeals",
    chart=("day", "booked"),
)

REPORTS = (
    OFFICERS,
    BY_OFFICER,
    PLACES,
    HOURS,
    CHECKS,
    READS,
    REPEATED,
    OVERDUE,
    PAID,
    BY_PAYMENT,
    VOIDS,
    BOOTS,
    CALLS,
    INCIDENTS,
    REGISTER,
    HANDED,
    APPEALS,
    BY_VIOLATION,
    BY_SIGN,
    BY_WRITER,
    REVIEWERS,
    HEARINGS,
)
