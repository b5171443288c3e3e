"""Customers, staff, and what was looked at: audit and privacy."""

import json

from enforcement.models import PlateLook
from parkops.audit.words import more_text
from parkops.kernel.permissions import Permission, Role
from parkops.messaging.models import Message
from reporting.catalogue.base import PERIOD, Parameter
from reporting.catalogue.counted import audience_name, counted, in_words, labels
from reporting.datasets import Column, Kind

WHO = Parameter("who", "Who", "code", hint="A part of the name")
WHAT = Parameter("what", "What", "code", hint="How the act begins, such as Payment")
_ROLES = {role.value: role.label for role in Role}

CUSTOMERS = counted(
    "customers-by-audience",
    "Customers by audience",
    """
SELECT coalesce(a.code, ''), count(*), count(*) FILTER (WHERE k.user_id IS NOT NULL),
       count(*) FILTER (WHERE k.created_at >= %(begins)s),
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM permits_permit p WHERE p.customer_id = k.id
                                        AND p.paid_at < %(ends)s AND p.ends_at > %(begins)s)),
       coalesce(sum((SELECT count(*) FROM customers_vehicle v WHERE v.customer_id = k.id
         AND v.removed_at IS NULL)), 0)
  FROM customers_customer k
  LEFT JOIN LATERAL unnest(k.audiences) AS a(code) ON true
 WHERE k.created_at < %(ends)s
 GROUP BY 1
 ORDER BY 1
""",
    [
        Column("audience", "Audience", told="Who is in two is in both lines"),
        Column("customers", "Customers", Kind.COUNT, "Known at the end of the period"),
        Column("online", "With a sign-in", Kind.COUNT, "Of them"),
        Column("new", "New", Kind.COUNT, "Of them, in the period"),
        Column("holders", "Permit holders", Kind.COUNT, "Of them, in the period"),
        Column("vehicles", "Vehicles", Kind.COUNT, "That they have given now"),
    ],
    about="Who the customers are, how many are new, and how many hold a permit.",
    section="Customers",
    named={"audience": audience_name},
    chart=("audience", "customers"),
)

BALANCES = counted(
    "customer-balances",
    "Customers who owe",
    """
SELECT k.name, k.email, count(*), min(c.due_on), sum(c.amount_minor - c.paid_minor),
       coalesce(sum(c.amount_minor - c.paid_minor) FILTER (WHERE c.due_on < %(last)s), 0),
       coalesce((SELECT -sum(e.amount_minor) FROM payments_ledgerentry e
                  WHERE e.customer_id = k.id AND e.account_id = '2200'), 0)
  FROM payments_charge c JOIN customers_customer k ON k.id = c.customer_id
 WHERE c.settled_at IS NULL AND c.amount_minor > c.paid_minor AND c.raised_at < %(ends)s
 GROUP BY k.id
 ORDER BY 6 DESC, 5 DESC, 1
""",
    [
        Column("customer", "Customer", told="The name as it is now"),
        Column("email", "E-mail", told="The address as it is now"),
        Column("charges", "Charges", Kind.COUNT, "Not settled", True),
        Column("oldest", "Oldest due", Kind.DATE, "The earliest due day of these charges"),
        Column("open", "Open", Kind.MONEY, "Left to pay", True),
        Column("late", "Late", Kind.MONEY, "Of it past its day", True),
        Column("credit", "Credit", Kind.MONEY, "That they have here", True),
    ],
    about="Who owes how much, and how much of it is late: the largest debt first.",
    section="Customers",
    parameters=(Parameter("to", "At the end of", "date", blank="Today"),),
    needs=Permission.CUSTOMER_VIEW,
    notes=["As it stands now, of what was raised until then."],
)

VEHICLES = counted(
    "vehicles",
    "Vehicles by make and fuel",
    """
SELECT coalesce(nullif(v.make, ''), 'Not given'), v.fuel, count(*), count(DISTINCT v.customer_id)
  FROM customers_vehicle v
 WHERE v.removed_at IS NULL
 GROUP BY 1, 2
 ORDER BY 3 DESC, 1, 2
""",
    [
        Column("make", "Make", told="As the customer gave it"),
        Column("fuel", "Fuel", told="As the customer gave it; blank where nothing was given"),
        Column(
            "vehicles", "Vehicles", Kind.COUNT, "That customers have given and not removed", True
        ),
        Column("customers", "Customers", Kind.COUNT, "Different ones, in this line"),
    ],
    about="What customers drive: for charging places and for what permits cost by emissions.",
    section="Customers",
    parameters=(),
    named={"fuel": in_words},
    chart=("fuel", "vehicles"),
)

MESSAGES = counted(
    "messages",
    "Messages sent",
    """
SELECT m.event, m.state, count(*), count(DISTINCT m.customer_id),
       avg(extract(epoch FROM m.sent_at - m.created_at)), count(*) FILTER (WHERE m.attempts > 1)
  FROM messaging_message m
 WHERE m.created_at >= %(begins)s AND m.created_at < %(ends)s
 GROUP BY 1, 2
 ORDER BY 1, 2
""",
    [
        Column("event", "About", told="What the message tells"),
        Column("state", "State", told="As it is now"),
        Column("messages", "Messages", Kind.COUNT, "E-mail", True),
        Column("customers", "Customers", Kind.COUNT, "Different ones, in this line"),
        Column("seconds", "Seconds", Kind.NUMBER, "Until it was sent, on average"),
        Column("again", "Tried again", Kind.COUNT, "More than once", True),
    ],
    about="What was sent to customers, how fast, and what did not go out.",
    section="Customers",
    named={"event": in_words, "state": labels(Message.State)},
    chart=("event", "messages"),
)

ACTS = counted(
    "audit-acts",
    "Acts by staff",
    """
SELECT e.actor_kind, e.actor_name, e.event, count(*), min(e.at), max(e.at)
  FROM audit_auditevent e
 WHERE e.at >= %(begins)s AND e.at < %(ends)s
   AND (%(who)s = '' OR e.actor_name ILIKE '%%' || %(who)s || '%%')
   AND (%(what)s = '' OR translate(e.event, '._', '  ') ILIKE translate(%(what)s, '._', '  ') || '%%')
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
""",
    [
        Column("kind", "Kind", told="Staff, a customer, a program or the system"),
        Column("who", "Who", told="The name at the time"),
        Column("what", "What", told="The act"),
        Column("acts", "Acts", Kind.COUNT, "In the period", True),
        Column("first", "First", Kind.INSTANT, "The first of these acts in the period"),
        Column("last", "Last", Kind.INSTANT, "The last of these acts in the period"),
    ],
    about="Who did what how often: staff, customers, programs and the system itself.",
    section="Audit and privacy",
    parameters=(*PERIOD, WHO, WHAT),
    named={"kind": in_words, "what": in_words},
    chart=("kind", "acts"),
    needs=Permission.STAFF_MANAGE,
)

LOG = counted(
    "audit-log",
    "Audit log",
    """
SELECT e.at, e.event, e.subject_kind, e.subject_ref, e.actor_kind, e.actor_name, e.reason,
       e.data::text
  FROM audit_auditevent e
 WHERE e.at >= %(begins)s AND e.at < %(ends)s
   AND (%(who)s = '' OR e.actor_name ILIKE '%%' || %(who)s || '%%')
   AND (%(what)s = '' OR translate(e.event, '._', '  ') ILIKE translate(%(what)s, '._', '  ') || '%%')
 ORDER BY e.at, e.id
""",
    [
        Column("at", "When", Kind.INSTANT, "The instant of the act, in local time"),
        Column("what", "What", told="The act"),
        Column("kind", "Of a", told="The kind of record that was acted on"),
        Column("reference", "Number", told="Of that record"),
        Column("actor", "By a", told="Staff, a customer, a program or the system"),
        Column("who", "Who", told="The name at the time"),
        Column("reason", "Reason", told="As it was given with the act"),
        Column("data", "More", told="What else was recorded with the act"),
    ],
    about="Every act of the period, one by one, as it was recorded and as nobody can change it.",
    section="Audit and privacy",
    parameters=(*PERIOD, WHO, WHAT),
    named={
        "what": in_words,
        "kind": in_words,
        "actor": in_words,
        "data": lambda programme, data: more_text(json.loads(data), programme.tz),
    },
    needs=Permission.STAFF_MANAGE,
)

LOOKS = counted(
    "plate-looks",
    "Who looked up plates",
    """
SELECT l.actor_kind, l.actor_name, l.place, l.reason, count(*), count(DISTINCT l.plate_key), min(l.at), max(l.at)
  FROM enforcement_platelook l
 WHERE l.at >= %(begins)s AND l.at < %(ends)s
 GROUP BY 1, 2, 3, 4
 ORDER BY 5 DESC, 2, 3
""",
    [
        Column("kind", "Kind", told="Staff, a customer, a program or the system"),
        Column("who", "Who", told="The name at the time"),
        Column("place", "Where", told="The page or program by which it was looked up"),
        Column("reason", "Reason", told="As it was given with the look"),
        Column("looks", "Looks", Kind.COUNT, "In the period", True),
        Column("plates", "Plates", Kind.COUNT, "Different ones, in this line"),
        Column("first", "First", Kind.INSTANT, "The first of these looks in the period"),
        Column("last", "Last", Kind.INSTANT, "The last of these looks in the period"),
    ],
    about="Who looked up plates, where, why and how often: the log that plate readers are asked for.",
    section="Audit and privacy",
    named={
        "kind": in_words,
        "place": labels(PlateLook.Place),
        "reason": labels(PlateLook.Reason),
    },
    chart=("who", "looks"),
    needs=Permission.STAFF_MANAGE,
)

ERASED = counted(
    "erasures",
    "Reads erased",
    """
SELECT e.ran_at, e.before_at, e.erased, e.pictures, e.left
  FROM enforcement_readerasure e
 WHERE e.ran_at >= %(begins)s AND e.ran_at < %(ends)s
 ORDER BY e.ran_at, e.id
""",
    [
        Column("ran", "Ran", Kind.INSTANT, "When the erasure ran, in local time"),
        Column(
            "before",
            "Erased what was before",
            Kind.INSTANT,
            "Reads taken before that instant had outlived their time",
        ),
        Column("erased", "Reads", Kind.COUNT, "Erased", True),
        Column("pictures", "Pictures", Kind.COUNT, "Erased", True),
        Column("left", "Left", Kind.COUNT, "Past their time and kept, as a case needs them", True),
    ],
    about="The proof that camera reads were erased when their time was over.",
    section="Audit and privacy",
    chart=("ran", "erased"),
)

ACCESS = counted(
    "access",
    "Who has access",
    """
SELECT u.name, u.email, array_to_string(u.roles, ', '), CASE WHEN u.is_active THEN 'Yes' ELSE 'No' END,
       EXISTS (SELECT 1 FROM mfa_authenticator m WHERE m.user_id = u.id AND m.type IN ('totp', 'webauthn'))::text,
       u.joined_at, u.last_login
  FROM accounts_user u
 WHERE cardinality(u.roles) > 0
 UNION ALL
SELECT t.name, 'Program', array_to_string(t.scopes, ', '),
       CASE WHEN t.revoked_at IS NULL
         AND (t.expires_at IS NULL OR t.expires_at > %(now)s) THEN 'Yes' ELSE 'No' END,
       '', t.created_at, t.last_used_at
  FROM accounts_apitoken t
 ORDER BY 2, 1
""",
    [
        Column("who", "Who", told="The name of the person or of the token"),
        Column("email", "E-mail", told="Program for a token of the API"),
        Column("may", "May", told="Roles, or scopes of a token"),
        Column("active", "Active", told="Whether they can get in now"),
        Column(
            "second",
            "Second factor",
            told="Whether an authenticator or a security key is set up; blank for a token",
        ),
        Column("since", "Since", Kind.INSTANT, "When the person joined or the token was made"),
        Column(
            "last",
            "Last here",
            Kind.INSTANT,
            "The last sign-in, or the last use of the token; blank if never",
        ),
    ],
    about="Everybody and every program with access: what they may do, and when they were last here.",
    section="Audit and privacy",
    parameters=(),
    named={
        "may": lambda _programme, told: ", ".join(_ROLES.get(one, one) for one in told.split(", ")),
        "second": lambda _programme, told: {"true": "Yes", "false": "No"}.get(told, ""),
    },
    needs=Permission.STAFF_MANAGE,
)

REPORTS = (CUSTOMERS, BALANCES, VEHICLES, MESSAGES, ACTS, LOG, LOOKS, ERASED, ACCESS)
