"""`manage.py bi_guide`: write the guide of the published views anew, from their declaration."""

from typing import Any

from django.core.management.base import BaseCommand

from reporting.questions.guide import PATH, guide


class Command(BaseCommand):
    """Writes docs/guides/bi.md."""

    help = "Write docs/guides/bi.md from the declaration of the published views."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write it."""
        PATH.write_text(guide())
        self.stdout.write(f"{PATH.name} is written.")
