"""The local Valkey, which speaks Redis: broker and cache, on 127.0.0.1 with a password."""

import secrets
import signal
import subprocess
from pathlib import Path
from typing import Any

from .accounts import account_for
from .binaries import programs_for, valkey_server
from .daemons import START_SECONDS, Daemon, wait_until
from .places import tag, write_state
from .ports import free_port

SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""


def daemon(folder: Path) -> Daemon:
    """Return the Valkey server of `folder`."""
    return Daemon(folder, "valkey", "Valkey", ("valkey-server",))


def url(memory: dict[str, Any]) -> str:
    """Return the URL of the server; its port is 1, where nobody listens, if it never ran."""
    return f"redis://:{memory.get('password', '')}@127.0.0.1:{memory.get('port') or 1}/0"


def start(folder: Path, state: dict[str, Any]) -> None:
    """Make the server answer: adopt the one that runs, or start one. The caller holds the lock.

    :raises LocalServerError: if it does not come up.
    """
    server, memory = daemon(folder), state.setdefault("valkey", {})
    if server.is_alive() and "password" in memory:
        wait_until(
            lambda: not server.is_alive() or answers(memory) or server.leader() is None,
            seconds=START_SECONDS,
        )
    if server.is_alive() and not answers(memory):
        server.end(signal.SIGTERM)
    if not server.is_alive():
        memory["is_ready"] = False
        memory.setdefault("password", secrets.token_hex(16))
        _launch(server, state, memory)
    memory["is_ready"] = True
    write_state(folder, state)


def stop(folder: Path) -> bool:
    """End the server of `folder`; return whether there was one."""
    server = daemon(folder)
    if not server.is_alive():
        return False
    server.end(signal.SIGTERM)
    return True


def answers(memory: dict[str, Any]) -> bool:
    """Return whether the server lets us in and has read its file."""
    import redis

    client = redis.Redis.from_url(url(memory), socket_timeout=5)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _launch(server: Daemon, state: dict[str, Any], memory: dict[str, Any]) -> None:
    """Start the server on its port, or on another if that was taken meanwhile."""
    account = account_for(server.home)
    program = valkey_server(programs_for(account, state))
    account.make_folder(server.home)
    for _attempt in range(3):
        memory["port"] = free_port(memory.get("port"))
        write_state(server.folder, state)
        title = f"{{title}} {{listen-addr}} {tag(server.folder)}"
        process = server.spawn(
            [program, "-", "--proc-title-template", title],
            account=account,
            cwd=server.home,
            stdin=subprocess.PIPE,
        )
        if process.stdin:
            process.stdin.write(SETTINGS.format(**memory).encode())
            process.stdin.close()
        if server.comes_up(process, lambda: answers(memory)):
            return
    raise server.error("does not start")
