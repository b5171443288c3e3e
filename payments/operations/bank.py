"""How a bank's statement comes into the books: each entry once, however often its file is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.programme import queries as programme
from payments import place, rules
from payments.accounts import BANK, BOOKABLE, SUSPENSE
from payments.bank.reading import read
from payments.bank.values import BadStatement, Booked, Statement
from payments.models import BankLine, BankStatement
from payments.operations import ledger, tallying
from payments.operations.ledger import Leg


@dataclass
class Imported:
    """What became of a bank's file: its statements, and the lines that were new, oldest first."""

    statements: list[BankStatement] = field(default_factory=list)
    new: list[int] = field(default_factory=list)


def import_statement(content: bytes, *, name: str, by: Actor, at: datetime) -> Imported:
    """Book what is new in a bank's file: each entry once by account and the bank's reference.

    One transaction a statement. What is in another currency is refused, entry by entry, in words.

    :raises Refused: `statement` if the file cannot be read, or is of another account than the program's.
    """
    try:
        statements = read(content)
    except BadStatement as fault:
        raise Refused("statement", str(fault), field="file") from fault
    told = Imported()
    _require_ours(statements, at=at)
    for one in statements:
        statement, new = _book(one, file_name=name, by=by, at=at)
        told.statements.append(statement)
        told.new += new
    return told


@transaction.atomic
def _book(
    told: Statement, *, file_name: str, by: Actor, at: datetime
) -> tuple[BankStatement, list[int]]:
    _one_reader_of(told.account)
    ours, refused = _in_our_currency(told.entries)
    names = [entry.bank_reference for entry in ours]
    rows = BankLine.objects.filter(account=told.account, bank_reference__in=names)
    known = set(rows.values_list("bank_reference", flat=True))
    fresh: dict[str, Booked] = {}
    for entry in ours:
        if entry.bank_reference not in known:
            fresh.setdefault(entry.bank_reference, entry)
    statement = BankStatement.objects.create(
        file_name=file_name[:200],
        form=told.form,
        name=told.name[:120],
        account=told.account[:40],
        currency=told.currency,
        opening_minor=told.opening_minor,
        closing_minor=told.closing_minor,
        begins_on=told.since,
        ends_on=told.until,
        new_lines=len(fresh),
        known_lines=len(ours) - len(fresh),
        pending_lines=told.pending,
        refused=refused,
        imported_at=at,
        imported_by=by.name,
    )
    lines = BankLine.objects.bulk_create(
        _line(statement, entry)
        for entry in sorted(fresh.values(), key=lambda one: one.booked_on)
        if entry.minor
    )
    tallying.count_lines(lines)
    for line in lines:
        came = "came" if line.amount_minor > 0 else "went"
        ledger.post(
            f"bank:{line.public_id}",
            [Leg(BANK, line.amount_minor), Leg(SUSPENSE, -line.amount_minor)],
            text=f"{came.capitalize()} by bank: {line.party or line.text or line.bank_reference}",
            by=by,
            at=at,
        )
    audit.record(
        "bank.statement_read",
        subject=("bank_statement", str(statement.public_id)),
        actor=by,
        at=at,
        account=statement.account,
        new=len(lines),
        known=statement.known_lines,
    )
    return statement, [line.pk for line in lines]


@transaction.atomic
def book_line(public_id: UUID, *, account: str, note: str, by: Actor, at: datetime) -> BankLine:
    """Say to which account of the ledger an open line belongs: a deposit of cash or checks, a payout of
    the card provider, a department's transfer, a fee of the bank's.

    :raises NotFound: if there is no such line.
    :raises Conflict: `line_decided`.
    :raises Refused: `account` for one that is not `BOOKABLE`.
    """
    rules.may_keep_text(note, field="note").require()
    if account not in BOOKABLE:
        raise Refused(
            "account", "Choose an account that bank lines are booked to.", field="account"
        )
    line = open_line(public_id)
    ledger.post(
        f"bank:{line.public_id}:booked",
        [Leg(SUSPENSE, line.amount_minor), Leg(account, -line.amount_minor)],
        text=note or f"Bank line of {line.party or line.bank_reference}",
        by=by,
        at=at,
    )
    line.booked_to, line.note = account, note.strip()[:300]
    decide(line, BankLine.State.BOOKED, by=by, at=at)
    return line


def open_line(public_id: UUID) -> BankLine:
    """Return a line that still waits, or was kept aside, locked.

    :raises NotFound: if there is no such line.
    :raises Conflict: `line_decided`.
    """
    line = BankLine.objects.select_for_update().filter(public_id=public_id).first()
    if line is None:
        raise NotFound("There is no such bank line.")
    if line.state not in (BankLine.State.OPEN, BankLine.State.ASIDE):
        raise Conflict("line_decided", f"This bank line is {line.get_state_display().lower()}.")
    return line


def decide(line: BankLine, state: BankLine.State, *, by: Actor, at: datetime) -> None:
    """Keep what became of a locked line, and who said so."""
    with tallying.tallied_line(line):
        line.state, line.decided_at, line.decided_by = state, at, by.name
    line.save()
    audit.record(
        f"bank.line_{state.value}",
        subject=("bank_line", str(line.public_id)),
        actor=by,
        at=at,
        reason=line.note,
    )


def _line(statement: BankStatement, entry: Booked) -> BankLine:
    return BankLine(
        statement=statement,
        account=statement.account,
        bank_reference=entry.bank_reference,
        booked_on=entry.booked_on,
        valued_on=entry.valued_on,
        amount_minor=entry.minor,
        party=entry.party,
        party_account=entry.party_account,
        reference=entry.reference,
        end_to_end=entry.end_to_end,
        text=entry.text,
        is_return=entry.is_return,
        returns=entry.returns,
    )


def _in_our_currency(entries: Sequence[Booked]) -> tuple[list[Booked], list[str]]:
    currency = place.currency()
    refused = [
        f"{entry.booked_on}: {entry.party or entry.bank_reference} is in "
        f"{entry.currency or 'no currency'}; only {currency} is booked here."
        for entry in entries
        if entry.currency != currency
    ]
    return [entry for entry in entries if entry.currency == currency], refused


def _require_ours(statements: Sequence[Statement], *, at: datetime) -> None:
    """Refuse statements of another account, where the program names ours. Banks write some forms of a
    number shorter: what one ends in is enough."""
    ours = programme.in_force(at).programme.invoices.bank
    for one in statements:
        theirs = one.account.replace(" ", "").upper()
        if ours and not (ours.key.endswith(theirs) or theirs.endswith(ours.key)):
            raise Refused(
                "statement",
                f"The statement is of account {one.account}; ours is {ours.account}.",
                field="file",
            )


def _one_reader_of(account: str) -> None:
    """Let nobody else read a statement of the account until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{connection.schema_name}:bank:{account}"],
        )
