"""Permits: what is in force, what was sold where, what ends, who waits, and what is in the drawer."""

from parkops.kernel.permissions import Permission
from payments.models import Payment
from permits.models import Hangtag
from permits.models.waitlist import WaitlistEntry
from reporting.catalogue.base import PERIOD, Parameter
from reporting.catalogue.counted import (
    audience_name,
    counted,
    labels,
    type_code,
    type_name,
    zone_name,
)
from reporting.datasets import Column, Kind

TYPE = Parameter(
    "type", "Permit type", "code", hint="Its code; left out: every type", codes="permit_types"
)
AS_OF = (Parameter("to", "At the end of", "date", blank="Today"),)
_OF_TYPE = "(%(type)s = '' OR upper(p.type_code) = upper(%(type)s))"
# As `status_q` says it, at the instant `at`.
_STANDING = """(p.paid_at < %(ends)s AND (p.cancelled_at IS NULL OR p.cancelled_at >= %(ends)s)
           AND (p.revoked_at IS NULL OR p.revoked_at >= %(ends)s))"""
_WAITS = "(p.needs_approval AND (p.approved_at IS NULL OR p.approved_at >= %(ends)s))"
_SUSPENDED = """(p.suspended_at < %(ends)s
           AND (p.suspended_until IS NULL OR p.suspended_until >= %(ends)s))"""

SALES_BY_ZONE = counted(
    "permit-sales-by-zone",
    "Permit sales by zone and month",
    """
SELECT to_char(p.paid_at AT TIME ZONE %(place)s, 'YYYY-MM'), coalesce(c.zone_code, ''),
       coalesce(c.zone_code, ''), count(*), sum(p.net_minor), sum(p.tax_minor),
       sum(p.net_minor + p.tax_minor)
  FROM permits_permit p
  LEFT JOIN payments_charge c ON c.kind = 'permit' AND c.reference = p.number
 WHERE p.paid_at >= %(begins)s AND p.paid_at < %(ends)s
 GROUP BY 1, 2
 ORDER BY 1, 2
""",
    [
        Column("month", "Month", Kind.MONTH, told="The local month in which the permit was paid"),
        Column("zone", "Zone", told="The first zone of the permit; blank for what had no charge"),
        Column(
            "name",
            "Name",
            told="Of the zone, as the program in force has it; its code if it is no more",
        ),
        Column("sold", "Sold", Kind.COUNT, "Permits paid, free ones included", True),
        Column("net", "Net", Kind.MONEY, "Price without tax, as sold", True),
        Column("tax", "Tax", Kind.MONEY, "Tax on the price, as sold", True),
        Column("total", "Total", Kind.MONEY, "Net and tax", True),
    ],
    about="What was sold for each lot, month by month.",
    section="Permits",
    named={"name": zone_name},
    chart=("name", "total"),
)

SALES_BY_TENDER = counted(
    "permit-sales-by-payment",
    "Permit sales by means of payment",
    """
SELECT upper(p.type_code), p.type_code, coalesce(paid.method, 'none'), count(DISTINCT p.id),
       coalesce(sum(paid.minor), 0)
  FROM permits_permit p
  LEFT JOIN (SELECT c.reference, pay.method, sum(a.amount_minor - a.released_minor) AS minor
               FROM payments_charge c
               JOIN payments_allocation a ON a.charge_id = c.id
               JOIN payments_payment pay ON pay.id = a.payment_id
              WHERE c.kind = 'permit' AND pay.state IN ('succeeded', 'bounced')
              GROUP BY 1, 2) paid ON paid.reference = p.number
 WHERE p.paid_at >= %(begins)s AND p.paid_at < %(ends)s
 GROUP BY 1, 2, 3
 ORDER BY 1, 3
""",
    [
        Column("type", "Type", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the type, as the program in force has it; its code if it is retired",
        ),
        Column("method", "Paid by", told="None for what was free or paid from credit"),
        Column(
            "permits", "Permits", Kind.COUNT, "A permit paid by two means is in both lines", False
        ),
        Column(
            "amount", "Amount", Kind.MONEY, "Paid by this means, less what was moved away", True
        ),
    ],
    about="How the permits that were sold have been paid: cash, card, payroll, credit.",
    section="Permits",
    named={
        "name": type_name,
        "method": lambda programme, code: (
            "Nothing to pay, or credit"
            if code == "none"
            else labels(Payment.Method)(programme, code)
        ),
    },
    chart=("method", "amount"),
)

STATUS = counted(
    "permit-status",
    "Permits by status",
    f"""
SELECT upper(p.type_code), p.type_code,
       count(*) FILTER (WHERE NOT {_WAITS} AND NOT coalesce({_SUSPENDED}, false)
                          AND p.starts_at < %(ends)s),
       count(*) FILTER (WHERE NOT {_WAITS} AND NOT coalesce({_SUSPENDED}, false)
                          AND p.starts_at >= %(ends)s),
       count(*) FILTER (WHERE {_WAITS}),
       count(*) FILTER (WHERE NOT {_WAITS} AND {_SUSPENDED}),
       count(*),
       sum(p.net_minor)
  FROM permits_permit p
 WHERE {_STANDING} AND p.ends_at >= %(ends)s
 GROUP BY 1, 2
 ORDER BY 1
""",  # noqa: S608
    [
        Column("type", "Type", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the type, as the program in force has it; its code if it is retired",
        ),
        Column("active", "Active", Kind.COUNT, "In force at that instant", True),
        Column("scheduled", "Scheduled", Kind.COUNT, "Paid, beginning later", True),
        Column("pending", "To approve", Kind.COUNT, "Paid, documents not accepted yet", True),
        Column("suspended", "Suspended", Kind.COUNT, "Paid, not counted while suspended", True),
        Column("permits", "Permits", Kind.COUNT, "All of them together", True),
        Column("net", "Sold for", Kind.MONEY, "Their price without tax, as sold", True),
    ],
    about="How many permits of each type were in force at the end of a day, and what held the others up.",
    section="Permits",
    parameters=AS_OF,
    named={"name": type_name},
    chart=("name", "active"),
)

HOLDERS = counted(
    "permit-holders",
    "Permit holders and addresses",
    f"""
SELECT p.number, p.type_code, c.name, c.email,
       CASE WHEN c.is_address_protected THEN '' ELSE c.address END, c.external_id, p.hangtag,
       coalesce((SELECT string_agg(DISTINCT r.plate_text, ', ') FROM permits_plateright r
                  WHERE r.permit_id = p.id AND r.removed_at IS NULL AND r.ends_at >= %(ends)s), ''),
       (p.starts_at AT TIME ZONE %(place)s)::date,
       ((p.ends_at - interval '1 second') AT TIME ZONE %(place)s)::date
  FROM permits_permit p JOIN customers_customer c ON c.id = p.customer_id
 WHERE {_STANDING} AND p.starts_at < %(ends)s AND p.ends_at >= %(ends)s AND {_OF_TYPE}
 ORDER BY c.name, p.number
""",  # noqa: S608
    [
        Column("permit", "Permit", told="Its number"),
        Column("type", "Type", told="Its code in the program"),
        Column("holder", "Holder", told="The customer's name as it is now"),
        Column("email", "E-mail", told="The customer's address as it is now"),
        Column("address", "Address", told="Blank for a protected address"),
        Column("external_id", "Id", told="Of the institution: student or staff number"),
        Column("hangtag", "Hangtag", told="The number of the one that was handed out"),
        Column("plates", "Plates", told="That are on the permit at the end of the day, or later"),
        Column("from", "From", Kind.DATE, "The first day"),
        Column("to", "To", Kind.DATE, "The last day"),
    ],
    about="Who holds a permit at the end of a day, with address and plates: for mailings and stickers.",
    section="Permits",
    parameters=(*AS_OF, TYPE),
    needs=Permission.CUSTOMER_VIEW,
)

ENDING = counted(
    "permits-ending",
    "Permits that end",
    f"""
SELECT ((p.ends_at - interval '1 second') AT TIME ZONE %(place)s)::date, p.number, p.type_code, c.name, c.email,
       CASE WHEN EXISTS (SELECT 1 FROM permits_permit n WHERE n.renews_id = p.id AND n.paid_at IS NOT NULL)
            THEN 'Renewed'
            WHEN EXISTS (SELECT 1 FROM permits_renewalconsent k WHERE k.permit_id = p.id AND k.ended_at IS NULL)
            THEN 'Renews by itself' ELSE '' END,
       p.net_minor + p.tax_minor
  FROM permits_permit p JOIN customers_customer c ON c.id = p.customer_id
 WHERE p.paid_at IS NOT NULL AND p.cancelled_at IS NULL AND p.revoked_at IS NULL
   AND p.ends_at > %(begins)s AND p.ends_at <= %(ends)s AND {_OF_TYPE}
 ORDER BY 1, p.number
""",  # noqa: S608
    [
        Column("last_day", "Last day", Kind.DATE, "The local day on which it ends"),
        Column("permit", "Permit", told="Its number"),
        Column("type", "Type", told="Its code in the program"),
        Column("holder", "Holder", told="The customer's name as it is now"),
        Column("email", "E-mail", told="The customer's address as it is now"),
        Column("renewal", "Renewal", told="Renewed already, renews by itself, or blank"),
        Column("worth", "Sold for", Kind.MONEY, "Price with tax", True),
    ],
    about="Permits whose last day falls in the period, and whether they are renewed.",
    section="Permits",
    parameters=(*PERIOD, TYPE),
    needs=Permission.CUSTOMER_VIEW,
)

USE = counted(
    "permit-use",
    "Permit use",
    """
WITH seen AS (
  SELECT DISTINCT plate_key, (at AT TIME ZONE %(place)s)::date AS day
    FROM enforcement_platecheck WHERE at >= %(begins)s AND at < %(ends)s
   UNION
  SELECT DISTINCT plate_key, (seen_at AT TIME ZONE %(place)s)::date
    FROM enforcement_observation WHERE seen_at >= %(begins)s AND seen_at < %(ends)s AND NOT is_gone
   UNION
  SELECT DISTINCT plate_key, (taken_at AT TIME ZONE %(place)s)::date
    FROM enforcement_plateread WHERE taken_at >= %(begins)s AND taken_at < %(ends)s AND plate_key <> ''
), used AS (
  SELECT r.permit_id, count(DISTINCT s.day) AS days
    FROM permits_plateright r
    JOIN seen s ON s.plate_key = r.plate_key
     AND s.day >= (r.starts_at AT TIME ZONE %(place)s)::date
     AND s.day <= (r.ends_at AT TIME ZONE %(place)s)::date
   WHERE r.permit_id IS NOT NULL AND r.removed_at IS NULL
   GROUP BY 1
)
SELECT upper(p.type_code), p.type_code, count(*), count(u.permit_id),
       count(*) - count(u.permit_id), coalesce(avg(u.days), 0)
  FROM permits_permit p LEFT JOIN used u ON u.permit_id = p.id
 WHERE p.paid_at IS NOT NULL AND p.starts_at < %(ends)s AND p.ends_at > %(begins)s
   AND (p.cancelled_at IS NULL OR p.cancelled_at > %(begins)s)
   AND (p.revoked_at IS NULL OR p.revoked_at > %(begins)s)
 GROUP BY 1, 2
 ORDER BY 1
""",
    [
        Column("type", "Type", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the type, as the program in force has it; its code if it is retired",
        ),
        Column("permits", "Permits", Kind.COUNT, "In force at some time of the period", True),
        Column("seen", "Seen", Kind.COUNT, "Of them seen by an officer or a camera", True),
        Column("unseen", "Never seen", Kind.COUNT, "Of them nobody saw: from below", True),
        Column("days", "Days seen", Kind.NUMBER, "On average, of those that were seen"),
        Column("share", "Used", Kind.SHARE, "Seen, of the permits", part_of=("seen", "permits")),
    ],
    about="How many permits of each type were used at all, as far as checks and cameras saw them.",
    section="Permits",
    named={"name": type_name},
    chart=("name", "permits"),
    notes=["Who parks where nobody looks counts as never seen: this is a figure from below."],
)

PLACES = counted(
    "permit-places",
    "Places and quotas",
    """
SELECT q.type_key, q.type_key, to_date(nullif(q.term, ''), 'YYYY-MM-DD'), q.capacity, q.taken,
       q.capacity - q.taken
  FROM permits_quota q
 ORDER BY q.type_key, q.term
""",
    [
        Column("type", "Type", told="Its code; several types may share a quota"),
        Column(
            "name",
            "Name",
            told="Of the type, as the program in force has it; its code if it is retired",
        ),
        Column("term", "Term from", Kind.DATE, "Blank where all terms count together"),
        Column("places", "Places", Kind.COUNT, "That may be sold", True),
        Column("taken", "Taken", Kind.COUNT, "Sold or held", True),
        Column("left", "Left", Kind.COUNT, "Places, less those taken", True),
        Column("share", "Share taken", Kind.SHARE, "Of the places", part_of=("taken", "places")),
    ],
    about="How many places of each quota are sold or held now.",
    section="Permits",
    parameters=(),
    named={"type": type_code, "name": type_name},
    chart=("name", "taken"),
)

WAITING = counted(
    "waitlists",
    "Waitlists",
    """
SELECT w.type_key, w.type_code,
       count(*) FILTER (WHERE w.status = 'waiting'),
       count(*) FILTER (WHERE w.status = 'offered'),
       count(*) FILTER (WHERE w.permit_id IS NOT NULL),
       count(*) FILTER (WHERE w.closed_at IS NOT NULL AND w.permit_id IS NULL),
       count(*),
       avg(extract(epoch FROM coalesce(w.offered_at, w.closed_at, %(now)s) - w.joined_at)) / 86400
  FROM permits_waitlistentry w
 WHERE w.joined_at >= %(begins)s AND w.joined_at < %(ends)s
 GROUP BY 1, 2
 ORDER BY 1
""",
    [
        Column("type", "Type", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the type, as the program in force has it; its code if it is retired",
        ),
        Column("waiting", "Waiting", Kind.COUNT, "Now", True),
        Column("offered", "Offered", Kind.COUNT, "A place is kept for them now", True),
        Column("bought", "Bought", Kind.COUNT, "With the place that was offered", True),
        Column("left", "Left", Kind.COUNT, "Gave up, were taken off, or let the offer pass", True),
        Column("joined", "Joined", Kind.COUNT, "In the period", True),
        Column("days", "Days waited", Kind.NUMBER, "On average, to the offer or to now"),
    ],
    about="Who joined the waitlists in the period, what became of them, and how long they waited.",
    section="Permits",
    named={"type": type_code, "name": type_name},
    chart=("name", "joined"),
)

WAITING_PEOPLE = counted(
    "waitlist-people",
    "People on the waitlists",
    """
SELECT w.type_code,
       row_number() OVER (PARTITION BY w.type_key ORDER BY w.priority DESC, w.seat, w.id),
       c.name, c.email, w.status, w.joined_at,
       extract(epoch FROM %(now)s - w.joined_at) / 86400
  FROM permits_waitlistentry w JOIN customers_customer c ON c.id = w.customer_id
 WHERE w.closed_at IS NULL AND (%(type)s = '' OR upper(w.type_code) = upper(%(type)s))
 ORDER BY w.type_key, 2
""",
    [
        Column("type", "Type", told="Its code in the program"),
        Column(
            "place", "Place", Kind.COUNT, "In the line of the type, those with an offer included"
        ),
        Column("name", "Name", told="The customer's name as it is now"),
        Column("email", "E-mail", told="The customer's address as it is now"),
        Column("status", "Status", told="Waiting, or a place is offered"),
        Column("joined", "Joined", Kind.INSTANT, "When they joined the list"),
        Column("days", "Days", Kind.NUMBER, "Since then"),
    ],
    about="Everybody who waits now, in the order in which places are offered.",
    section="Permits",
    parameters=(TYPE,),
    named={"status": labels(WaitlistEntry.Status)},
    needs=Permission.CUSTOMER_VIEW,
)

DEPOSITS = counted(
    "deposits-held",
    "Deposits held",
    """
SELECT c.reference, coalesce(p.type_code, ''), coalesce(k.name, ''),
       (c.raised_at AT TIME ZONE %(place)s)::date, c.amount_minor, c.paid_minor
  FROM payments_charge c
  LEFT JOIN customers_customer k ON k.id = c.customer_id
  LEFT JOIN permits_permit p ON p.number = c.reference
 WHERE c.kind = 'deposit' AND c.paid_minor > 0 AND c.raised_at < %(ends)s
 ORDER BY c.raised_at, c.id
""",
    [
        Column("permit", "Permit", told="The number of the permit it was taken for"),
        Column("type", "Type", told="Its code in the program"),
        Column("holder", "Holder", told="The customer's name as it is now"),
        Column("taken", "Taken on", Kind.DATE, "The local day on which it was charged"),
        Column("asked", "Asked", Kind.MONEY, "The deposit of the permit", True),
        Column("held", "Held", Kind.MONEY, "Paid and not given back", True),
    ],
    about="The deposits that were taken and are still held, permit by permit.",
    section="Permits",
    parameters=AS_OF,
    needs=Permission.CUSTOMER_VIEW,
)

ENDED_EARLY = counted(
    "permits-ended-early",
    "Permits canceled or revoked",
    """
SELECT (coalesce(p.revoked_at, p.cancelled_at) AT TIME ZONE %(place)s)::date, p.number, p.type_code,
       CASE WHEN p.revoked_at IS NOT NULL THEN 'Revoked' ELSE 'Canceled' END,
       CASE WHEN p.revoked_at IS NOT NULL THEN p.revoke_reason ELSE p.cancel_reason END,
       p.net_minor + p.tax_minor, p.credited_net_minor + p.credited_tax_minor
  FROM permits_permit p
 WHERE p.paid_at IS NOT NULL
   AND coalesce(p.revoked_at, p.cancelled_at) >= %(begins)s AND coalesce(p.revoked_at, p.cancelled_at) < %(ends)s
 ORDER BY 1, p.number
""",
    [
        Column("day", "Day", Kind.DATE, "The local day of the revocation or cancellation"),
        Column("permit", "Permit", told="Its number"),
        Column("type", "Type", told="Its code in the program"),
        Column("what", "What", told="Revoked by staff, or canceled"),
        Column("reason", "Reason", told="As it was given with the act"),
        Column("worth", "Sold for", Kind.MONEY, "Price with tax", True),
        Column("credited", "Credited", Kind.MONEY, "What was taken off the price for it", True),
    ],
    about="What ended before its time, why, and what was credited for it.",
    section="Permits",
    chart=("type", "credited"),
)

BY_AUDIENCE = counted(
    "permits-by-audience",
    "Permits by audience",
    """
SELECT p.audience, p.type_code, count(*), count(DISTINCT p.customer_id), sum(p.net_minor),
       sum(p.net_minor)::numeric / count(*)
  FROM permits_permit p
 WHERE p.paid_at >= %(begins)s AND p.paid_at < %(ends)s
 GROUP BY 1, 2
 ORDER BY 1, 2
""",
    [
        Column(
            "audience",
            "Sold to",
            told="The audience under which it was bought; anybody if it needs none",
        ),
        Column(
            "type",
            "Type",
            told="Of the type, as the program in force has it; its code if it is retired",
        ),
        Column("sold", "Sold", Kind.COUNT, "Permits paid in the period", True),
        Column("people", "Customers", Kind.COUNT, "Different ones, in this line"),
        Column("net", "Net", Kind.MONEY, "Price without tax, as sold", True),
        Column("each", "Each", Kind.MONEY, "On average"),
    ],
    about="Who buys what, and what they pay for it on average.",
    section="Permits",
    named={"audience": audience_name, "type": type_name},
    chart=("audience", "net"),
)

HANGTAGS = counted(
    "hangtags",
    "Hangtags",
    """
SELECT h.type_key, h.place, h.state, count(*)
  FROM permits_hangtag h
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
""",
    [
        Column(
            "type",
            "Type",
            told="Of the type, as the program in force has it; its code if it is retired",
        ),
        Column("place", "Where", told="The counter or drawer that holds them"),
        Column("state", "State", told="In stock, on a permit, spoiled or lost"),
        Column("hangtags", "Hangtags", Kind.COUNT, "As they are now", True),
    ],
    about="How many hangtags there are, where they lie, and how many are with holders or lost.",
    section="Permits",
    parameters=(),
    named={"type": type_name, "state": labels(Hangtag.State)},
    chart=("state", "hangtags"),
)

VISITORS = counted(
    "visitor-passes",
    "Visitor passes",
    """
SELECT p.type_code, p.number, k.name, count(*), count(*) FILTER (WHERE v.guest_link_id IS NOT NULL),
       count(DISTINCT v.plate_key), sum(extract(epoch FROM coalesce(v.ended_at, v.ends_at) - v.starts_at)) / 3600
  FROM permits_visitorpass v
  JOIN permits_permit p ON p.id = v.permit_id
  JOIN customers_customer k ON k.id = p.customer_id
 WHERE v.given_at >= %(begins)s AND v.given_at < %(ends)s
 GROUP BY 1, 2, 3
 ORDER BY 4 DESC, 2
""",
    [
        Column("type", "Type", told="The code of the host's permit type"),
        Column("permit", "Permit", told="The number of the host's permit"),
        Column("host", "Host", told="The customer's name as it is now"),
        Column("passes", "Passes", Kind.COUNT, "Given in the period", True),
        Column("by_link", "By link", Kind.COUNT, "Of them taken by the guest with a link", True),
        Column("plates", "Plates", Kind.COUNT, "Different ones"),
        Column("hours", "Hours", Kind.NUMBER, "All together", True),
    ],
    about="Who let visitors park, how often, and for how long: the heaviest hosts first.",
    section="Permits",
    needs=Permission.CUSTOMER_VIEW,
    chart=("type", "passes"),
)

VALIDATIONS = counted(
    "validations",
    "Validations by department",
    """
SELECT d.name, coalesce(c.name, 'Without a code'), count(*), count(DISTINCT v.plate_key),
       sum(v.minutes) / 60.0, sum(v.net_minor), sum(v.tax_minor),
       count(*) FILTER (WHERE v.released_at IS NOT NULL)
  FROM permits_validation v
  JOIN permits_department d ON d.id = v.department_id
  LEFT JOIN permits_validationcode c ON c.id = v.code_id
 WHERE v.given_at >= %(begins)s AND v.given_at < %(ends)s
 GROUP BY 1, 2
 ORDER BY 1, 2
""",
    [
        Column("department", "Department", told="Who pays"),
        Column("code", "Code", told="The name of the validation code that was used"),
        Column("given", "Given", Kind.COUNT, "In the period", True),
        Column("plates", "Plates", Kind.COUNT, "Different ones, in this line"),
        Column("hours", "Hours", Kind.NUMBER, "Paid for", True),
        Column("net", "Net", Kind.MONEY, "What the department is charged, without tax", True),
        Column("tax", "Tax", Kind.MONEY, "On that charge", True),
        Column("released", "Taken back", Kind.COUNT, "Of them not used in the end", True),
    ],
    about="What each department paid for its visitors, by code.",
    section="Permits",
    chart=("department", "net"),
)

RENEWALS = counted(
    "renewals",
    "Renewals",
    """
SELECT p.type_code, p.type_code, count(*),
       count(*) FILTER (WHERE n.id IS NOT NULL),
       count(*) FILTER (WHERE k.id IS NOT NULL AND k.ended_at IS NULL),
       count(*) FILTER (WHERE k.failure <> ''),
       coalesce(sum(n.net_minor), 0)
  FROM permits_permit p
  LEFT JOIN permits_permit n ON n.renews_id = p.id AND n.paid_at IS NOT NULL
  LEFT JOIN permits_renewalconsent k ON k.permit_id = p.id
 WHERE p.paid_at IS NOT NULL AND p.cancelled_at IS NULL AND p.revoked_at IS NULL
   AND p.ends_at > %(begins)s AND p.ends_at <= %(ends)s
 GROUP BY 1
 ORDER BY 1
""",
    [
        Column("type", "Type", told="Its code in the program"),
        Column(
            "name",
            "Name",
            told="Of the type, as the program in force has it; its code if it is retired",
        ),
        Column("ended", "Ended", Kind.COUNT, "Permits whose last day fell in the period", True),
        Column("renewed", "Renewed", Kind.COUNT, "Of them renewed and paid", True),
        Column("automatic", "By itself", Kind.COUNT, "Of them with a card that renews them", True),
        Column("failed", "Failed", Kind.COUNT, "Of them whose card was refused", True),
        Column("net", "Brought", Kind.MONEY, "The renewals, without tax", True),
        Column(
            "share", "Rate", Kind.SHARE, "Renewed, of those ended", part_of=("renewed", "ended")
        ),
    ],
    about="How many permits that ended in the period were renewed, and how many cards failed.",
    section="Permits",
    named={"name": type_name},
    chart=("name", "renewed"),
)

COUPONS = counted(
    "coupons",
    "Coupons",
    """
SELECT c.code, c.name, count(*), count(DISTINCT p.customer_id), sum(p.coupon_minor), sum(p.net_minor),
       min(p.paid_at AT TIME ZONE %(place)s)::date, max(p.paid_at AT TIME ZONE %(place)s)::date
  FROM permits_permit p
  JOIN permits_coupon c ON c.id = p.coupon_id
 WHERE p.paid_at >= %(begins)s AND p.paid_at < %(ends)s
   AND NOT (p.needs_approval AND p.approved_at IS NULL
            AND (p.cancelled_at IS NOT NULL OR p.revoked_at IS NOT NULL))
 GROUP BY 1, 2
 ORDER BY 5 DESC, 1
""",
    [
        Column("code", "Code", told="What customers type in"),
        Column("name", "Name", told="As the office named it"),
        Column("uses", "Uses", Kind.COUNT, "Permits paid in the period, but those rejected", True),
        Column("customers", "Customers", Kind.COUNT, "Different ones"),
        Column("given", "Given", Kind.MONEY, "Taken off their prices, before tax", True),
        Column("net", "Sold for", Kind.MONEY, "What was left of the price, without tax", True),
        Column("first", "First use", Kind.DATE, "The first day of the period on which it was used"),
        Column("last", "Last use", Kind.DATE, "The last day of the period on which it was used"),
    ],
    about="How often each coupon was used, and what it took off the prices of permits.",
    section="Permits",
    chart=("code", "given"),
)

REPORTS = (
    SALES_BY_ZONE,
    SALES_BY_TENDER,
    STATUS,
    BY_AUDIENCE,
    PLACES,
    USE,
    ENDING,
    RENEWALS,
    ENDED_EARLY,
    HOLDERS,
    WAITING,
    WAITING_PEOPLE,
    DEPOSITS,
    HANGTAGS,
    VISITORS,
    VALIDATIONS,
    COUPONS,
)
