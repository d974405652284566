"""What the server is told when it starts: where the practice is, which names it answers to, how much it takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Names that mean this computer, without the brackets of an IPv6 address."""


@dataclass(frozen=True, slots=True)
class WebConfig:
    """How the pages are served.

    Args:
        where: the practice's folder, or a ``postgresql://`` address.
        host: the address that is listened on. Shown, and used to decide whether others can reach it.
        port: its port.
        names: host names that a browser may ask for, lower case, without port or brackets. Any other is refused, so that
            a foreign name that points at this computer reads nothing (DNS rebinding).
        tls: whether the pages come over TLS; cookies are then sent over nothing else.
        upload_limit: bytes that one form may carry, its files included.
        visitor_limit: the same for whoever is not signed in.
        restore_limit: the same for the form that brings a backup back.
        unpacked_limit: bytes that a compressed upload may grow to.
        backups: folder for the backups of a practice on a database server; None: the folder ``backups`` in the practice's own.
        idle_minutes: after how long without a page someone is asked for the passphrase or password again.
        longest_hours: after how long in any case.
    """

    where: str
    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = LOOPBACK
    tls: bool = False
    upload_limit: int = 25 * 1024**2
    visitor_limit: int = 2 * 1024**2
    restore_limit: int = 8 * 1024**3
    unpacked_limit: int = 200 * 1024**2
    backups: Path | None = None
    idle_minutes: int = 30
    longest_hours: int = 12

    @property
    def cookie(self) -> str:
        """The cookie's name. Browsers share cookies between the ports of one host, so the port is part of it."""
        return f"__Host-reattune-{self.port}" if self.tls else f"reattune-{self.port}"

    @property
    def backup_folder(self) -> Path:
        """Where backups are kept."""
        return self.backups or Path(self.where) / "backups"

    @property
    def url(self) -> str:
        """The address to open on this computer."""
        host = self.host if self.host not in ("0.0.0.0", "::") else "127.0.0.1"
        host = f"[{host}]" if ":" in host else host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}/"
