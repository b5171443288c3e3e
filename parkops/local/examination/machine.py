"""The machine: Python, packages, libraries, Chromium, folders."""

import importlib.metadata
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from parkops.local import libraries
from parkops.local.places import REPOSITORY

from .findings import Finding, fault, ok, warning

ROOM_BYTES = 1_000_000_000


def examine() -> Iterator[Finding]:
    """Look at Python, the installed packages, the PDF libraries, Chromium and the folders."""
    yield ok(f"Python {platform.python_version()}")
    yield _packages()
    trouble = libraries.pdf_trouble()
    yield fault(*trouble.split(". ", 1)) if trouble else ok("PDFs can be made (Pango is there)")
    yield _chromium()
    yield _folder("uploaded files", Path(settings.MEDIA_ROOT))
    yield _static_files()


def _packages() -> Finding:
    """Compare what is installed with the lock."""
    lock = REPOSITORY / "requirements/base.txt"
    if not lock.exists():
        return warning(f"{lock} is missing, so the packages cannot be compared", "Restore it")
    wrong = []
    for name, version in re.findall(
        r"^([a-z0-9._-]+)==([^ \\\n]+)", lock.read_text(), re.MULTILINE
    ):
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed = "none"
        if installed != version:
            wrong.append(f"{name} {version} (here: {installed})")
    if wrong:
        return warning(
            f"The packages differ from requirements/base.txt: {', '.join(wrong[:5])}",
            "Run `make run`, or pip install --require-hashes -r requirements/base.txt",
        )
    return ok("The packages are those of requirements/base.txt")


def _chromium() -> Finding:
    names = (os.environ.get("PARKOPS_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    for name in names:
        if name and shutil.which(name):
            return ok(f"Chromium for the browser tests: {shutil.which(name)}")
    return warning(
        "No Chromium: `make test` leaves the browser tests out", "apt-get install chromium"
    )


def _folder(title: str, folder: Path) -> Finding:
    """Write a file and see that there is room."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
            file.flush()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return fault(
            f"The folder of {title}, {folder}, cannot be written to: {error.strerror}",
            "Give it to the account that runs ParkOps, or set PARKOPS_MEDIA_ROOT",
        )
    if free < ROOM_BYTES:
        return warning(f"Only {free // 1_000_000} MB are free in {folder}", "Make room")
    return ok(f"The folder of {title} can be written to, {free // 1_000_000_000} GB free")


def _static_files() -> Finding:
    root = Path(settings.STATIC_ROOT)
    if settings.DEBUG or (root / "staticfiles.json").exists():
        return ok("Static files are collected")
    return warning(f"Static files are not collected in {root}", "Run `manage.py collectstatic`")
