"""A schema made of the script is the one that migrations make."""

import logging
import re
import subprocess

import pytest
from django.db import connection

from parkops.tenancy import patterns
from parkops.tenancy.models import SchemaPattern


def structure(schema: str) -> str:
    """Return how everything in a schema is made, without the schema's name.

    Casts and brackets are left out: PostgreSQL writes a condition that it read from a script in another way.
    """
    dump = re.sub(r"::character varying|::text(\[\])?|[()]", "", patterns.written_down(schema))
    assert dump
    return "\n".join(
        line
        for line in dump.split("\n")
        if not re.match(r"INSERT INTO|\t|SELECT pg_catalog.setval", line)
    )


def rows(schema: str, table: str, *columns: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {", ".join(columns)} FROM "{schema}".{table} ORDER BY 1, 2')
        return cursor.fetchall()


def test_structure_and_first_rows_are_the_same(own_database):
    connection.set_schema_to_public()
    pattern = SchemaPattern.objects.get()
    assert pattern.digest == patterns.migrations_digest()
    assert "harbor" not in pattern.script
    # The first tenant of these tests was migrated, the second made of the script.
    assert structure("t_harbor") == structure("t_hillside")
    for table, columns in {
        "django_migrations": ("app", "name"),
        "auth_permission": ("codename", "content_type_id"),
        "payments_ledgeraccount": ("code", "name", "kind"),
    }.items():
        found = rows("t_harbor", table, *columns)
        assert found
        assert rows("t_hillside", table, *columns) == found


@pytest.mark.parametrize(
    "trouble",
    [
        OSError("no such program"),
        subprocess.CalledProcessError(1, "pg_dump", stderr="server version mismatch"),
    ],
)
def test_without_a_dump_there_is_no_pattern_and_it_is_said(harbor, monkeypatch, caplog, trouble):
    def fail(*_args, **_more):
        raise trouble

    monkeypatch.setattr(patterns.subprocess, "run", fail)
    with caplog.at_level(logging.WARNING):
        assert patterns.written_down("t_harbor") == ""
    assert "migrated one by one" in caplog.text
    assert str(getattr(trouble, "stderr", None) or trouble) in caplog.text
