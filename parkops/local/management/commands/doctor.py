"""`manage.py doctor`: what is missing or set wrongly, in plain words, one line each."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from parkops.local.examination import configuration, database, machine, queue
from parkops.local.examination.findings import Finding, Level


class Command(BaseCommand):
    """Prints a line for each thing looked at; the exit status is 1 if one of them is a fault."""

    help = "Say what is missing or set wrongly, and what to do."
    # What the checks would refuse is for the report to say.
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Look at everything and print what was found."""
        found: list[Finding] = []
        for part in (machine, configuration, database, queue):
            for finding in part.examine():
                found.append(finding)
                self._tell(finding)
        faults = sum(finding.level is Level.FAULT for finding in found)
        warnings = sum(finding.level is Level.WARNING for finding in found)
        self.stdout.write(f"\n{len(found)} looked at: {faults} faults, {warnings} warnings.")
        if faults:
            sys.exit(1)

    def _tell(self, finding: Finding) -> None:
        style = {
            Level.OK: self.style.SUCCESS,
            Level.WARNING: self.style.WARNING,
            Level.FAULT: self.style.ERROR,
        }[finding.level]
        to_do = f". {finding.to_do}." if finding.to_do else "."
        self.stdout.write(f"{style(finding.level.ljust(8))} {finding.found}{to_do}")
