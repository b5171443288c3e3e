"""Which account a server runs as: ourselves, or as root an existing account without rights.

PostgreSQL refuses to run as root. As root an existing account is borrowed, and nothing outside
the servers' own folder changes hands: the servers reach it because they are started inside it.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .places import LocalServerError


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a server runs as. `borrowed` is true where it is not ours."""

    uid: int
    gid: int
    borrowed: bool

    def spawn(self) -> dict[str, Any]:
        """Return the arguments of `subprocess` that start a process as this account."""
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        if not self.borrowed:
            return {"env": environment}
        return {"env": environment, "user": self.uid, "group": self.gid, "extra_groups": []}

    def may_run(self, *command: str | Path) -> bool:
        """Return whether this account can run `command` from the root folder, with success."""
        try:
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                **self.spawn(),
            )
        except OSError:
            return False
        return done.returncode == 0

    def make_folder(self, path: Path) -> None:
        """Make the folder `path`, private to this account, unless it is there."""
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            return
        if self.borrowed:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for(home: Path) -> Account:
    """Return the account for a server whose folder is `home`: the owner of what is there already.

    :raises LocalServerError: if `home` belongs to another, or root finds nobody to run it as.
    """
    owner = home.stat() if home.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise LocalServerError(
                f"{home} belongs to {_name(owner.st_uid)}: the servers were first started as root, "
                "or by somebody else. Work as that account, or have the folder removed."
            )
        return Account(os.geteuid(), os.getegid(), borrowed=False)
    if owner and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, borrowed=True)
    for entry in _candidates():
        account = Account(entry.pw_uid, entry.pw_gid, borrowed=True)
        if account.may_run("/bin/true"):
            return account
    raise LocalServerError(
        "PostgreSQL does not run as root, and root may switch to no other account here. "
        "Work as an ordinary account, or set DATABASE_URL and REDIS_URL to servers of your own."
    )


def _candidates() -> list[pwd.struct_passwd]:
    """Return the accounts that root may borrow, best first."""
    order = {"postgres": 0, "nobody": 1}
    accounts = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    return sorted(accounts, key=lambda entry: (order.get(entry.pw_name, 2), entry.pw_uid))


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"account {uid}"
