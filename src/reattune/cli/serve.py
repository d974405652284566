"""``reattune serve``: the practice in the browser."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reattune.cli import console
from reattune.cli.practice_open import PlaceOption, place_of

if TYPE_CHECKING:
    from reattune.web.certificate import Certificate
    from reattune.web.config import WebConfig


@console.guarded
def serve(
    practice: PlaceOption = None,
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="ADDRESS", help="Address to listen on; 127.0.0.1 by itself."),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=1, max=65535, help="Port to listen on.")
    ] = 8765,
    lan: Annotated[bool, typer.Option("--lan", help="Let others on the local network in, over TLS.")] = False,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", metavar="FILE", help="Your own certificate (PEM).")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option("--tls-key", metavar="FILE", help="The key of that certificate (PEM).")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")] = False,
) -> None:
    """Open the practice in the browser, on this computer alone unless asked otherwise. Ctrl-C ends it.

    The first time it asks for a passphrase and makes the practice. Nothing leaves this machine.
    """
    config, certificate = _config(practice, host, port, lan, (tls_cert, tls_key))
    _tell(config, certificate, lan)
    if not no_browser:
        threading.Timer(0.8, webbrowser.open, (config.url,)).start()
    _run(config, certificate)


def _config(
    practice: str | None, host: str | None, port: int, lan: bool, own: tuple[Path | None, Path | None]
) -> tuple[WebConfig, Certificate | None]:
    """What the options mean together.

    Raises:
        SettingError: they do not go together.
    """
    from reattune.errors import MissingExtraError, SettingError

    try:
        import uvicorn  # noqa: F401

        from reattune.web.certificate import own_certificate, read_certificate
        from reattune.web.config import WebConfig
        from reattune.web.network import is_loopback, own_names
    except ImportError as error:
        raise MissingExtraError(
            f"The pages need a package that is not installed ({error.name})",
            mend='Install them: pip install "reattune[web]"',
        ) from None
    where = place_of(practice)
    host = host or ("0.0.0.0" if lan else "127.0.0.1")
    if not lan and not is_loopback(host):
        raise SettingError(
            f"{host} can be reached from other computers", mend="Add --lan if that is what you want"
        )
    if lan and is_loopback(host):
        raise SettingError(
            f"{host} cannot be reached from other computers", mend="Leave --host out, or leave --lan out"
        )
    cert, key = own
    if (cert is None) != (key is None):
        raise SettingError("A certificate needs its key", mend="Give --tls-cert and --tls-key together")
    names = own_names(host)
    certificate = None
    folder = Path(where if "://" not in where else place_of(None))
    if cert is not None and key is not None:
        certificate = read_certificate(cert, key)
        names = tuple(dict.fromkeys((*names, *(n.lower() for n in certificate.names if "*" not in n))))
    elif lan:
        certificate = own_certificate(folder.with_name(f"{folder.name}-tls"), names)
    backups = None if "://" not in where else folder / "backups"
    return WebConfig(where, host, port, names, certificate is not None, backups=backups), certificate


def _tell(config: WebConfig, certificate: Certificate | None, lan: bool) -> None:
    console.say(f"reattune is at {config.url}  (Ctrl-C ends it)")
    if lan:
        for name in config.names:
            if name not in ("127.0.0.1", "localhost", "::1"):
                shown = f"[{name}]" if ":" in name else name
                console.say(f"  for others on the network: https://{shown}:{config.port}/")
    if certificate is not None and certificate.made_here:
        console.remark(
            "Browsers do not know this certificate and ask once. Compare what they show with its SHA-256 "
            f"fingerprint before you agree: {certificate.fingerprint}"
        )


def _run(config: WebConfig, certificate: Certificate | None) -> None:
    """Serve until told to end. No log of addresses is kept: a client's link is one."""
    import socket

    import uvicorn

    from reattune.errors import SettingError
    from reattune.web.app import create_app

    app = create_app(None, config)
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((config.host, config.port))
        except OSError as error:
            raise SettingError(
                f"Port {config.port} at {config.host} cannot be used ({error.strerror})",
                mend="Choose another with --port, or end what is using it",
            ) from None
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                access_log=False,
                log_level="error",
                server_header=False,
                ws="none",
                lifespan="off",
                timeout_graceful_shutdown=5,
                ssl_certfile=certificate.cert if certificate else None,
                ssl_keyfile=certificate.key if certificate else None,
            )
        )
        try:
            server.run(sockets=[listening])
        finally:
            practice = app.state.reattune.practice
            if practice is not None:
                practice.close()
