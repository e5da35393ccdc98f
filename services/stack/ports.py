"""Ports on 127.0.0.1.

Ours lie below the range from which the system takes ports for outgoing connections: a client that reconnects to a dead
server inside that range can connect to itself, or a stranger's connection can sit on the port when the server returns.
"""

from __future__ import annotations

import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
LOWEST = 20000
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections of a former server that linger in TIME_WAIT are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def take(taken: set[int]) -> int:
    """A free port that is not among `taken`, which it joins."""
    for port in random.sample(range(LOWEST, _highest()), 500):
        if port not in taken and is_free(port):
            taken.add(port)
            return port
    raise OSError("no free port on this machine")


def _highest() -> int:
    try:
        lowest_ephemeral = int(EPHEMERAL.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        lowest_ephemeral = 32768
    return lowest_ephemeral if lowest_ephemeral > LOWEST + 1000 else 60000
