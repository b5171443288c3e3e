"""Collects the static files for the web process, when they have changed."""

import hashlib
import os
from pathlib import Path

from .places import REPOSITORY

SOURCES = ("static", "payments/standin/static")


def fingerprint() -> str:
    """Return a digest of our static files' names, sizes and times, and of the locked packages."""
    digest = hashlib.sha256((REPOSITORY / "requirements/base.txt").read_bytes())
    digest.update((REPOSITORY / "parkops/settings.py").read_bytes())
    files = (path for source in SOURCES for path in (REPOSITORY / source).rglob("*"))
    for path in sorted(path for path in files if path.is_file()):
        found = path.stat()
        digest.update(f"{path}:{found.st_size}:{found.st_mtime_ns}".encode(errors="replace"))
    return digest.hexdigest()


def is_collected(folder: Path, now: str) -> bool:
    """Return whether the files collected in `folder` were made from the sources `now`."""
    stamp = folder / "static.stamp"
    return (folder / "static").is_dir() and stamp.is_file() and stamp.read_text() == now


def remember(folder: Path, now: str) -> None:
    """Remember that the sources `now` are collected."""
    fresh = folder / "static.stamp.new"
    fresh.write_text(now)
    os.replace(fresh, folder / "static.stamp")
