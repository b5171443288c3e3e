"""Files to import: made by the test, or the cities' own where they are."""

import gzip
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from enforcement.imports import mapping as mappings
from enforcement.imports import operations
from enforcement.imports.operations import Outcome
from enforcement.imports.stage import Refusal
from parkops.kernel.actors import SYSTEM

ROOT = Path(__file__).resolve().parents[3]
MAPPINGS = Path(__file__).parent / "mappings"

PLAIN = """
name: plain
fields:
  issued: {column: when, format: "%Y-%m-%d %H:%M"}
  violation: what
  fine: fine
  plate: plate
  place: where
"""
HEAD = "when,what,fine,plate,where\n"


def mapping(text: str = PLAIN) -> mappings.Mapping:
    """Return the mapping that a YAML text says."""
    return mappings.load(text.encode())


@pytest.fixture
def bring(harbor, now) -> Callable[..., tuple[Outcome, list[Refusal]]]:
    """Import a text (or bytes) into the current tenant: returns the outcome and the refusals."""

    def do(content, told=None, *, dry_run=False, zipped=False, at=now):
        data = content.encode() if isinstance(content, str) else content
        raw = io.BytesIO(gzip.compress(data) if zipped else data)
        refusals: list[Refusal] = []
        outcome = operations.import_citations(
            raw,
            name="test.csv",
            mapping=told or mapping(),
            told=lambda: None,
            refused=refusals.append,
            dry_run=dry_run,
            by=SYSTEM,
            at=at,
        )
        return outcome, refusals

    return do


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the cities' own files; a test that needs it is left out where it is not."""
    folder = Path(os.environ.get("PARKOPS_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "citations").is_dir():
        pytest.skip(f"the cities' files are not in {folder}; PARKOPS_DATA names another folder")
    return folder / "citations"
