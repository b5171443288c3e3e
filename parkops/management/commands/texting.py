"""`manage.py texting show|open|close SLUG`: the number that a tenant texts from, and its provider."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone
from django_tenants.utils import schema_context, tenant_context

from parkops.kernel.decisions import Refused
from parkops.messaging.models import TextLine
from parkops.messaging.texts import operations
from parkops.messaging.texts.providers import secret_of
from parkops.tenancy import hosts
from parkops.tenancy.models import Tenant


class Command(BaseCommand):
    """Opens, shows and closes a tenant's line for texts."""

    help = "Let a tenant text and be texted by an HTTP provider."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the acts and their options."""
        acts = parser.add_subparsers(dest="act", required=True)
        for act, told in (
            ("show", "print the line and its secret"),
            ("close", "text no more"),
            ("open", "text from a number by the provider at an address"),
        ):
            acts.add_parser(act, help=told).add_argument("slug", metavar="SLUG")
        opening = acts.choices["open"]
        opening.add_argument("--number", required=True, metavar="+12125550100")
        opening.add_argument("--url", required=True, metavar="https://…")
        opening.add_argument("--new-secret", action="store_true", help="make the old secret void")

    def handle(self, *_args: Any, act: str, slug: str, **options: Any) -> None:
        """Do the act asked for."""
        with schema_context("public"):
            tenant = Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {slug}.")
        with tenant_context(tenant):
            if act == "close":
                closed = operations.close_line()
                self.stdout.write(f"{slug} texts no more." if closed else f"{slug} had no line.")
            elif act == "open":
                self._open(tenant, options)
            else:
                self._show(tenant, TextLine.objects.first())

    def _open(self, tenant: Tenant, options: dict[str, Any]) -> None:
        try:
            line = operations.open_line(
                number=options["number"],
                url=options["url"],
                new_secret=options["new_secret"],
                at=timezone.now(),
            )
        except Refused as refusal:
            raise CommandError(f"--{refusal.field}: {refusal}") from refusal
        self._show(tenant, line)

    def _show(self, tenant: Tenant, line: TextLine | None) -> None:
        if line is None:
            raise CommandError(f"{tenant.slug} has no line. Open one with `texting open`.")
        self.stdout.write(f"number\t{line.number}")
        self.stdout.write(f"texts out\t{line.url}")
        inbound = reverse("texts_inbound", urlconf="parkops.urls")
        self.stdout.write(f"texts in\t{hosts.site_url(tenant)}{inbound}")
        self.stdout.write(f"secret\t{secret_of(line)}")
