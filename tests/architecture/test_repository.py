"""What may be in the repository: small files, pinned packages, and nothing of the place it was made in."""

import configparser
import os
import re
import socket
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.architecture.code import ROOT

MIB = 1024 * 1024
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
TEXT = {".py", ".html", ".txt", ".md", ".toml", ".yml", ".yaml", ".js", ".css", ".svg", ".json", ""}


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files of the repository, as git has them."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: git says which files are tracked")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def foreign_words() -> set[str]:
    """Return what names this machine or the place that it stands in; no word of it is written here."""
    words = {str(ROOT)}
    words |= {f"{ROOT.parent}/{path.name}/" for path in ROOT.parent.iterdir() if path.is_dir()}
    if len(socket.gethostname()) > 5 and socket.gethostname() != "localhost":
        words.add(socket.gethostname())
    return words | package_hosts()


def package_hosts() -> set[str]:
    """Return the hosts that packages come from on this machine."""
    urls = [
        os.environ.get(name, "")
        for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL")
    ]
    for file in (
        Path("/etc/pip.conf"),
        Path.home() / ".config/pip/pip.conf",
        Path.home() / ".pip/pip.conf",
    ):
        parser = configparser.ConfigParser(interpolation=None)
        if file.is_file() and parser.read(file):
            urls += [value for part in parser.values() for value in part.values()]
    hosts = {urlsplit(url).hostname or "" for text in urls for url in text.split()}
    return {host for host in hosts if "." in host or len(host) > 5} - {"localhost", "127.0.0.1"}


def test_no_file_is_large():
    assert [str(path) for path in tracked() if path.stat().st_size > MIB] == []


def test_nothing_is_tracked_that_is_made():
    made = re.compile(
        r"(^|/)(__pycache__|node_modules|\.venv|\.local)/|\.(pyc|sqlite3|log)$|(^|/)\.env$"
    )
    assert [p for p in (str(path.relative_to(ROOT)) for path in tracked()) if made.search(p)] == []


def test_nothing_names_the_place_it_was_made_in():
    words = foreign_words()
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        if path.suffix in TEXT
        for word in words
        if word in path.read_text(errors="replace")
    ]
    assert found == []


def test_nothing_chooses_where_packages_come_from():
    chosen = re.compile(r"(index-url|find-links|trusted-host)[\s=]+\S*[/.]", re.IGNORECASE)
    assert chosen.search("--index-url https://packages.test/simple")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix in TEXT and path != Path(__file__) and chosen.search(path.read_text())
    ]
    assert found == []


def unpinned(text: str) -> list[str]:
    """Return the lines of a lock that are neither a pinned package nor one of its hashes."""
    line = re.compile(
        r"""^(\#.*|\s*
        |[A-Za-z0-9._-]+(\[[\w,-]+\])?==[^\s;]+(\s*;[^\\]+)?\s*\\
        |\s+--hash=sha256:[0-9a-f]{64}(\s*\\)?)$""",
        re.VERBOSE,
    )
    return [found for found in text.splitlines() if not line.match(found)]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_are_pinned_hashed_and_name_no_host(lock):
    text = lock.read_text()
    assert unpinned(text) == []
    assert "://" not in text
    packages = re.findall(r"^[A-Za-z0-9].*?==", text, re.MULTILINE)
    hashed = re.findall(r"^[A-Za-z0-9][^\n]*\\\n\s+--hash=", text, re.MULTILINE)
    assert len(packages) == len(hashed) > 10


@pytest.mark.parametrize(
    "line", ["django>=5", "django==5.2", "--index-url https://x.test", "a @ https://x.test/a.whl"]
)
def test_a_planted_line_of_a_lock_is_found(line):
    assert unpinned(line)


def test_every_dependency_is_locked_and_has_a_reason():
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    locked = {"dev": (ROOT / "requirements/dev.txt").read_text().lower()}
    locked["base"] = (ROOT / "requirements/base.txt").read_text().lower()
    for lock, needs in (
        ("base", project["dependencies"]),
        ("dev", project["optional-dependencies"]["dev"]),
    ):
        for need in needs:
            (line,) = (found for found in text.splitlines() if f'"{need}",' in found)
            assert re.search(r"#\s+\w.{3,}", line), f"{need}: why is it needed?"
            name = re.match(r"[A-Za-z0-9._-]+", need)[0].lower()
            assert re.search(rf"^{name}(\[.*\])?==", locked[lock], re.MULTILINE), need
