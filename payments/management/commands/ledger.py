"""`manage.py ledger verify`, `trial-balance`, `close` and `reconcile`: the books at the terminal."""

import sys
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused
from parkops.tenancy.command_line import tenant_named
from payments import operations, pages, place, queries, reconciling_pages
from payments.queries import months


class Command(BaseCommand):
    """Proves the books, tells their balances, and closes their months."""

    help = "Prove a tenant's books, tell their balances, close a month."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the acts and their options."""
        acts = parser.add_subparsers(dest="act", required=True)
        verify = acts.add_parser(
            "verify", help="make every balance and charge again; exit 0 if all agree, 1 otherwise"
        )
        balance = acts.add_parser("trial-balance", help="the balance of every account")
        balance.add_argument(
            "--at", metavar="DAY", help="at the end of it, as 2026-11-30; now if left out"
        )
        close = acts.add_parser("close", help="close a month, so that nothing is posted in it")
        close.add_argument("month", help="as 2026-11")
        for act in (verify, balance, close):
            act.add_argument("--tenant", required=True, metavar="SLUG")

        reconcile = acts.add_parser(
            "reconcile",
            help="compare with the card provider and the bank; exit 0 if nothing differs, 1 otherwise",
        )
        reconcile.add_argument("--tenant", required=True, metavar="SLUG")
        reconcile.add_argument("--days", type=int, default=35, help="how far back (35)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the act asked for."""
        getattr(self, f"_{options['act'].replace('-', '_')}")(**options)

    def _trial_balance(self, *, tenant: str, at: str | None, **_: Any) -> None:
        with tenant_named(tenant):
            when = timezone.now()
            if at is not None:
                try:
                    when = place.day_end(date.fromisoformat(at)) - queries.MOMENT
                except ValueError as error:
                    raise CommandError(f"{at} is no day. Write one such as 2026-11-30.") from error
            told = queries.trial_balance(when)
        rows = [(row.code, row.name, row.debit, row.credit) for row in told.accounts]
        for code, name, debit, credit in [
            *rows,
            ("", "Total", told.total_debit, told.total_credit),
        ]:
            sides = [side.amount if side.minor else "" for side in (debit, credit)]
            self.stdout.write(f"{code:4}  {name:32}  {sides[0]:>16}  {sides[1]:>16}".rstrip())
        if not told.is_balanced:
            raise CommandError("Debits and credits differ.")

    def _close(self, *, tenant: str, month: str, **_: Any) -> None:
        with tenant_named(tenant):
            try:
                row = operations.close_month(months.month_of(month), by=SYSTEM, at=timezone.now())
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{row} is closed.")
        for note in row.notes:
            self.stdout.write(f"  {note}")

    def _verify(self, *, tenant: str, **_: Any) -> None:
        with tenant_named(tenant):
            proof = operations.prove_books(by=SYSTEM, at=timezone.now())
            shown = [
                f"{one.subject}: {one.kept} kept, {one.again} made again. {one.text}"
                for one in pages.differences(proof)
            ]
        self.stdout.write(
            f"{proof.entries:,} entries, {proof.charges:,} charges and {proof.payments:,} payments"
            f" made again in {proof.milliseconds / 1000:.1f} s."
        )
        for why, count in sorted(proof.set_aside.items()):
            self.stdout.write(f"  {count:,} charges not made again: {why}")
        for line in shown:
            self.stdout.write(f"  {line}")
        if not proof.differences:
            self.stdout.write("All agree.")
            return
        self.stdout.write(f"{proof.differences:,} differ.")
        sys.exit(1)

    def _reconcile(self, *, tenant: str, days: int, **_: Any) -> None:
        now = timezone.now()
        with tenant_named(tenant):
            told = operations.reconcile(since=now - timedelta(days=days), at=now)
            rows = reconciling_pages.table(at=now)
        if told.failure:
            self.stdout.write(f"The card provider was not asked to the end: {told.failure}")
        self.stdout.write(f"{told.movements:,} bookings of {days} days compared.")
        for row in rows:
            self.stdout.write(row)
        if not rows and not told.failure:
            self.stdout.write("Both say the same.")
            return
        self.stdout.write(f"{max(len(rows) - 1, 0):,} open.")
        sys.exit(1)
