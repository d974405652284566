"""The names and addresses under which others on the network reach this computer."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress

_FAR = (("192.0.2.1", socket.AF_INET), ("2001:db8::1", socket.AF_INET6))
"""Addresses for documentation: choosing a way to them sends nothing, and tells which of our own would be used."""


def own_names(host: str) -> tuple[str, ...]:
    """Host names and addresses of this computer, lower case, those of this computer alone first.

    Args:
        host: the address that is listened on; a single one is then the only one.
    """
    names = ["127.0.0.1", "localhost", "::1"]
    if host not in ("0.0.0.0", "::"):
        names.append(host.lower())
    else:
        names += _addresses()
    own = socket.gethostname().lower().rstrip(".")
    names += [own, f"{own.partition('.')[0]}.local"]
    return tuple(dict.fromkeys(n for n in names if n))


def is_loopback(host: str) -> bool:
    """Whether an address reaches this computer alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _addresses() -> list[str]:
    found: list[str] = []
    for far, family in _FAR:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            found.append(str(probe.getsockname()[0]))
    with suppress(OSError):
        found += [str(entry[4][0]) for entry in socket.getaddrinfo(socket.gethostname(), None)]
    return [a for a in dict.fromkeys(found) if not a.startswith("fe80") and not is_loopback(a)]
