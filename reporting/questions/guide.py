"""The guide of the published views, written from their declaration."""

from pathlib import Path

from reporting.questions.published import VIEWS, Column, Kind, View

PATH = Path(__file__).resolve().parents[2] / "docs/guides/bi.md"

_TYPES = {
    Kind.TEXT: "text",
    Kind.CHOICE: "text",
    Kind.COUNT: "whole number",
    Kind.MONEY: "bigint, smallest unit",
    Kind.DAY: "date",
    Kind.INSTANT: "timestamptz",
    Kind.YESNO: "boolean",
}

_HEAD = """# Own questions and BI tools

Each tenant's schema has views that are published: what they are called, their columns and what these say
stay. A new release may add columns and views; what has to go is told in the CHANGELOG one release before.
Everything else in the schema may change any day: build on nothing but these. This page is written by
`manage.py bi_guide`.

- **Amounts** (`…_minor`) are whole numbers in the currency's smallest unit; `currency` stands beside them.
- **Instants** are `timestamptz`; the tenant's time zone is in `bi_program`. Days are local.
- **Personal** columns tell of a person. They are left out for whoever may not see customers.
- No passwords, PINs, tokens or notes are in any of them.

## In the office

At Office, Reports, Own questions, anybody who may run reports puts a question together: what about, only
where, grouped by, what is told, sorted, how many rows, drawn how. The sentence on top says what is asked. A
question is a document of JSON (`reporting/questions/rules.py`), checked name by name; values are bound, never
written into the statement. It may be kept, shared, and saved as CSV, XLSX, JSON or PDF, with a digest as
every report has; a schedule answers it every day, week or month (docs/guides/reports.md). An answer has
10,000 rows and takes 5 seconds at most; a file may take two minutes. Over HTTP it is a report run:
`{"report": "question-citations", "parameters": {"question": "<the document as text>"}, "format": "csv"}`;
`question-citations-personal` if it asks of people. With `day` its moving periods are seen from that day.
`GET /api/v1/report-questions` lists the kept questions that are shared; with `/{id}/answer` behind it, it is
the answer of one now, as JSON, with the same rows and seconds as its page. A program needs the scope of what is
asked: `reports:read`, `enforcement:read` for citations, `customers:read` for personal columns.

## As whom the database is read

Two roles a tenant, which nobody signs in as: `…_reads` reads all columns but the personal ones, `…_reads_all`
all. They read the views of one schema and nothing else. A question is read in a READ ONLY transaction, as one
of them, with a time-out. They are made when first needed, and removed with the tenant. That needs a database
user with CREATEROLE, as the embedded database and the compose file have it. Where a managed server forbids
it, questions still name only published views and still cannot change anything, but the database itself does
not see to it; the page says so to administrators.

## A login for a BI tool

    manage.py bi_access TENANT --label looker
    manage.py bi_access TENANT --label audit --personal
    manage.py bi_access TENANT --list
    manage.py bi_access TENANT --label looker --revoke

Suspending a tenant leaves its logins as they are: revoke them too. It prints host, database, schema, user and
password; the password once. The login reads as the role above, eight connections at most. Its sessions begin
READ ONLY, with two minutes a statement; PostgreSQL lets a session set both otherwise, and it reads no more by
that and changes nothing of ParkOps'. Temporary tables are then the database owner's alone. Large objects any
login may make; a superuser forbids it once, in this database:

    REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC;

Revoking a login ends its sessions and removes what it made. A login without personal columns cannot say
`SELECT *` of a view that has some: name the columns. The catalogs of the database show the names of schemas and
roles to every login; who may connect at all is `pg_hba.conf`'s to say.

Whoever changes a column under a view drops the view in the same migration and makes it again; the roles are
given it again by themselves.
"""


def guide() -> str:
    """Return the whole guide."""
    return "\n".join([_HEAD, "## The views", "", *(_view(view) for view in VIEWS)])


def _view(view: View) -> str:
    lines = [
        f"### `{view.name}`: {view.title.lower()}",
        "",
        f"{view.told} In the office it needs `{view.needs.value}`.",
        "",
        "| column | type | says |",
        "| --- | --- | --- |",
        *(f"| `{one.name}` | {_TYPES[one.kind]} | {_said(one)} |" for one in view.columns),
        "",
    ]
    return "\n".join(lines)


def _said(column: Column) -> str:
    parts = [column.title]
    if column.told:
        parts.append(column.told)
    said = ": ".join(parts)
    if column.choices:
        said += f" ({', '.join(column.choices)})"
    return f"{said}. **Personal**" if column.is_personal else said
