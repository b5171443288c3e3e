"""Free ports of 127.0.0.1."""

import random
import socket

# Below the range that Linux and macOS take outgoing ports from.
LOWEST, HIGHEST = 20_000, 32_000


def is_free(port: int) -> bool:
    """Return whether a server could listen on `port` of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(remembered: int | None = None) -> int:
    """Return `remembered` if it is free, else a free port chosen at random."""
    if remembered and is_free(remembered):
        return remembered
    while True:
        port = random.SystemRandom().randint(LOWEST, HIGHEST)
        if is_free(port):
            return port
