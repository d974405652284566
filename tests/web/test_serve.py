"""``reattune serve``: what its options mean together, the certificate, and the process itself."""

from __future__ import annotations

import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reattune.cli.serve import _config
from reattune.errors import InputError, SettingError
from reattune.web.certificate import own_certificate, read_certificate
from reattune.web.network import is_loopback, own_names

from .conftest import free_port

NONE = (None, None)


def test_by_itself_it_is_for_this_computer_alone(tmp_path: Path) -> None:
    config, certificate = _config(str(tmp_path / "p"), None, 8765, False, NONE)
    assert (config.host, config.tls, certificate) == ("127.0.0.1", False, None)
    assert config.url == "http://127.0.0.1:8765/"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "some-name"])
def test_others_get_in_only_when_asked_for(tmp_path: Path, host: str) -> None:
    with pytest.raises(SettingError, match="--lan"):
        _config(str(tmp_path / "p"), host, 8765, False, NONE)


def test_the_local_network_gets_tls_and_knows_its_names(tmp_path: Path) -> None:
    config, certificate = _config(str(tmp_path / "p"), None, 8765, True, NONE)
    assert certificate is not None and certificate.made_here
    assert (config.host, config.tls, config.cookie) == ("0.0.0.0", True, "__Host-reattune-8765")
    assert set(config.names) <= set(certificate.names)
    assert stat.S_IMODE(certificate.key.stat().st_mode) == 0o600
    again = own_certificate(certificate.key.parent, config.names)
    assert again.fingerprint == certificate.fingerprint, "kept, so that people compare it once"
    other = own_certificate(certificate.key.parent, (*config.names, "new-name"))
    assert other.fingerprint != certificate.fingerprint
    assert other.until < datetime.now(UTC) + timedelta(days=398)


def test_options_that_do_not_go_together_are_told(tmp_path: Path) -> None:
    made = own_certificate(tmp_path / "a", ("a",))
    other = own_certificate(tmp_path / "b", ("b",))
    with pytest.raises(SettingError, match="together"):
        _config(str(tmp_path / "p"), None, 1, True, (made.cert, None))
    with pytest.raises(SettingError, match="cannot be reached"):
        _config(str(tmp_path / "p"), "127.0.0.1", 1, True, NONE)
    with pytest.raises(InputError, match="do not belong together"):
        read_certificate(made.cert, other.key)
    for file in (tmp_path / "none.pem", tmp_path):
        with pytest.raises(InputError):
            read_certificate(file, made.key)
    assert not read_certificate(made.cert, made.key).made_here


def test_names_of_this_computer() -> None:
    assert is_loopback("127.0.0.1") and is_loopback("::1") and is_loopback("localhost")
    assert not is_loopback("0.0.0.0") and not is_loopback("example.org")
    assert "127.0.0.1" in own_names("0.0.0.0") and socket.gethostname().lower().rstrip(".") in own_names(
        "0.0.0.0"
    )
    assert "10.1.2.3" in own_names("10.1.2.3")


@pytest.mark.parametrize("lan", [False, True])
def test_it_starts_answers_and_ends(tmp_path: Path, lan: bool) -> None:
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "reattune",
        "serve",
        "--practice",
        str(tmp_path / "p"),
        "--port",
        str(port),
        "--no-browser",
    ]
    process = subprocess.Popen(
        [*command, *(["--lan"] if lan else [])], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    url = f"{'https' if lan else 'http'}://127.0.0.1:{port}/"
    trust = ssl.create_default_context(cafile=None)
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    try:
        page, until = "", time.monotonic() + 300
        while not page and time.monotonic() < until and process.poll() is None:
            try:
                with urllib.request.urlopen(url, context=trust, timeout=30) as answer:
                    page = answer.read().decode()
            except OSError:  # not there yet
                time.sleep(0.3)
        assert "Welcome" in page
        taken = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert taken.returncode == 2 and "--port" in taken.stderr
    finally:
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=120)
    assert url in said and out == ""
    assert ("fingerprint" in said) == lan
    assert "Traceback" not in said and "GET" not in said
    assert process.returncode in (0, 130, -signal.SIGINT), (process.returncode, said)
    assert not (tmp_path / "p").exists(), "looking makes nothing"
    assert [file.name for file in tmp_path.iterdir()] == (["p-tls"] if lan else [])
