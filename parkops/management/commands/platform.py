"""`manage.py platform show|link|links|revoke`: how the platform does, here or at an address for its operator."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from parkops.public.platform import platform
from parkops.tenancy import operations, operators

LONGEST_DAYS = 366
COLUMNS = ("late_since", "work_given_up", "jobs_open", "jobs_failed", "messages_failed", "behind")


class Command(BaseCommand):
    """Shows the platform to its operator, who signs in nowhere."""

    help = "Show how the platform and each tenant do, or make an address that shows it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the acts and their options."""
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("show", help="print the checks and a line for each tenant")
        link = acts.add_parser("link", help="make an address that shows the same in a browser")
        link.add_argument("name", metavar="NAME", help="for whom, such as ana")
        link.add_argument("--days", type=int, default=30, help="how long it holds (30)")
        acts.add_parser("links", help="print every address that was made and how it stands")
        acts.add_parser("revoke", help="end the addresses of somebody").add_argument(
            "name", metavar="NAME"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do the act asked for."""
        getattr(self, f"_{options['act']}")(**options)

    def _show(self, **_: Any) -> None:
        shown = platform(timezone.now())
        for name, told in shown.checks.items():
            self.stdout.write(f"{name}\t{told}")
        self.stdout.write("\t".join(("tenant", "state", *COLUMNS)))
        for one in shown.tenants:
            figures = (str(getattr(one, name)) or "-" for name in COLUMNS)
            self.stdout.write("\t".join((one.slug, one.status, *figures)))

    def _link(self, *, name: str, days: int, **_: Any) -> None:
        if not 1 <= days <= LONGEST_DAYS:
            raise CommandError(f"An address holds from 1 to {LONGEST_DAYS} days.")
        if not name.strip() or len(name) > 80 or not name.isprintable():
            raise CommandError("Say in 1 to 80 characters for whom it is.")
        made = operations.make_operator_link(name=name.strip(), days=days, at=timezone.now())
        self.stdout.write(f"Until {made.expires_at:%Y-%m-%d %H:%M} UTC, for {made.name}:")
        self.stdout.write(operators.address_of(made))

    def _links(self, **_: Any) -> None:
        now = timezone.now()
        for one in operators.links():
            ended = one.revoked_at or (one.expires_at if one.expires_at <= now else None)
            state = (
                f"ended {ended:%Y-%m-%d %H:%M}"
                if ended
                else f"until {one.expires_at:%Y-%m-%d %H:%M}"
            )
            self.stdout.write(f"{one.name}\tmade {one.made_at:%Y-%m-%d %H:%M}\t{state}")

    def _revoke(self, *, name: str, **_: Any) -> None:
        count = operations.revoke_operator_links(name=name, at=timezone.now())
        if not count:
            raise CommandError(f"No address of {name} leads anywhere.")
        self.stdout.write(f"{count} of {name} ended.")
