"""Where the stand-in keeps what happened: one SQLite file that survives a restart and a kill.

Every Stripe object is a JSON document under its id; deliveries, idempotency keys and armed faults
have tables of their own. One connection, one lock: a request's changes are one transaction.
"""

import json
import secrets
import sqlite3
import string
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_listed ON objects (kind, account, seq);
CREATE INDEX IF NOT EXISTS objects_status ON objects (kind, json_extract(body, '$.status'));
CREATE INDEX IF NOT EXISTS objects_intent ON objects (json_extract(body, '$.payment_intent'));
CREATE TABLE IF NOT EXISTS keys (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER,
    body TEXT,
    PRIMARY KEY (account, key)
);
CREATE TABLE IF NOT EXISTS deliveries (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'due',
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due);
CREATE INDEX IF NOT EXISTS deliveries_of ON deliveries (event);
CREATE TABLE IF NOT EXISTS faults (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    fault TEXT NOT NULL,
    times INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
UPDATE deliveries SET state = 'due' WHERE state = 'sending';
DELETE FROM keys WHERE status IS NULL;
"""

ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """Make an id such as `ch_4fGh…` that nobody guesses."""
    return f"{prefix}_" + "".join(secrets.choice(ALPHABET) for _ in range(length))


class Store:
    """The documents and the clock. `path` may be `:memory:`."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.executescript(SCHEMA)
        self._depth = 0

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do all of the block or nothing of it; a block inside a block joins it."""
        with self._lock:
            self._depth += 1
            try:
                if self._depth == 1:
                    self.db.execute("BEGIN IMMEDIATE")
                try:
                    yield self.db
                except BaseException:
                    if self._depth == 1:
                        self.db.execute("ROLLBACK")
                    raise
                if self._depth == 1:
                    self.db.execute("COMMIT")
            finally:
                self._depth -= 1

    def now(self) -> int:
        """Return the stand-in's time in Unix seconds, which may have been moved forward."""
        return int(time.time()) + int(self.setting("clock", "0"))

    def setting(self, name: str, default: str = "") -> str:
        """Read a setting that survives a restart."""
        row = self._one("SELECT value FROM settings WHERE name = ?", name)
        return row["value"] if row else default

    def set(self, name: str, value: str) -> None:
        """Write a setting."""
        with self.transaction() as db:
            db.execute("REPLACE INTO settings VALUES (?, ?)", (name, value))

    def put(self, body: dict[str, Any], account: str) -> dict[str, Any]:
        """Write a document under its id, new or again."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO objects (id, kind, account, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (body["id"], body["object"], account, json.dumps(body)),
            )
        return body

    def get(self, kind: str, object_id: str, account: str) -> dict[str, Any] | None:
        """Read a document of this account; another account's is as if it did not exist."""
        row = self._one(
            "SELECT body FROM objects WHERE id = ? AND kind = ? AND account = ?",
            object_id,
            kind,
            account,
        )
        return json.loads(row["body"]) if row else None

    def owner(self, object_id: str) -> tuple[dict[str, Any], str] | None:
        """Read any document with the account that it belongs to."""
        row = self._one("SELECT body, account FROM objects WHERE id = ?", object_id)
        return (json.loads(row["body"]), row["account"]) if row else None

    def delete(self, object_id: str) -> None:
        """Forget a document."""
        with self.transaction() as db:
            db.execute("DELETE FROM objects WHERE id = ?", (object_id,))

    def forget(self, account: str) -> None:
        """Forget all that an account ever had, and the account."""
        with self.transaction() as db:
            db.execute("DELETE FROM objects WHERE account = ? OR id = ?", (account, account))
            db.execute("DELETE FROM keys WHERE account = ?", (account,))

    def every(
        self, kind: str, account: str, *, most: int = -1, **equal: Any
    ) -> list[dict[str, Any]]:
        """Read an account's documents of a kind whose top fields equal these, newest first."""
        where, values = ["kind = ?", "account = ?"], [kind, account]
        for name, value in equal.items():
            where.append(f"json_extract(body, '$.{name}') = ?")
            values.append(value)
        sql = f"SELECT body FROM objects WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT ?"  # noqa: S608
        return [json.loads(row["body"]) for row in self.rows(sql, *values, most)]

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Read rows of one of the other tables."""
        with self._lock:
            return self.db.execute(sql, values).fetchall()

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        with self._lock:
            return self.db.execute(sql, values).fetchone()
