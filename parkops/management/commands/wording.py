"""Finds the words of the customer's side, and compiles their translations."""

from typing import Any

from django.core.management.base import BaseCommand

from parkops.ui import wording


class Command(BaseCommand):
    """`manage.py wording` brings locale/*.po up to date and compiles each to .mo; no tool needed."""

    help = "Find the words of the customer's side and compile their translations."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Write both files of each language and say how many words lack a translation."""
        for language in wording.LANGUAGES:
            words = wording.update(language)
            path = wording.po_path(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wording.po_bytes(words))
            path.with_suffix(".mo").write_bytes(wording.mo_bytes(words))
            lacking = sum(1 for message in words if message.id and not _is_said(message.string))
            self.stdout.write(f"{language}: {len(words)} words, {lacking} not translated")


def _is_said(string: Any) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)
