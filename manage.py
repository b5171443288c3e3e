#!/usr/bin/env python
"""Run a Django command; without DATABASE_URL, on the embedded servers, which it finds or starts."""

import os
import sys

NEEDS_NO_SERVER = {"help", "version", "makemessages", "compilemessages", "collectstatic"}


def needs_servers(words: list[str]) -> bool:
    """Return whether the command in `words` asks the database anything."""
    if not words or words[0] in NEEDS_NO_SERVER or words[0].startswith("-"):
        return False
    if {"-h", "--help"} & set(words):
        return False
    return words[:2] not in (["programme", "check"], ["programme", "lint"])


def main() -> None:
    """Start what the command needs, then run it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")
    if needs_servers(sys.argv[1:]):
        from parkops.local import servers

        servers.ensure_for_command()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
