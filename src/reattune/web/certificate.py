"""A certificate for the local network: one's own, or one made here."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reattune.errors import InputError, StoreError

DAYS = 397
"""How long a certificate made here holds; browsers take no longer ones."""
_RENEW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key, as files.

    Args:
        cert, key: PEM files.
        fingerprint: SHA-256 of the certificate in pairs of hex digits, to compare with what the browser shows.
        names: host names and addresses that it is for.
        until: when it ends.
        made_here: made by reattune; browsers then ask before they trust it.
    """

    cert: Path
    key: Path
    fingerprint: str
    names: tuple[str, ...]
    until: datetime
    made_here: bool


def read_certificate(cert: Path, key: Path) -> Certificate:
    """One's own certificate, checked: readable, in its time, and with the key that belongs to it.

    Raises:
        InputError: it is not.
    """
    found = _load(cert)
    try:
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            "The certificate's key cannot be read",
            mend="Give a PEM file without a password, readable for this user",
            path=key,
        ) from error
    shape = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*shape) != found.public_key().public_bytes(*shape):
        raise InputError("Key and certificate do not belong together", mend="Give the pair", path=key)
    if found.not_valid_after_utc < datetime.now(UTC):
        raise InputError("The certificate has ended", mend="Give a newer one", path=cert)
    return _described(found, cert, key, made_here=False)


def own_certificate(folder: Path, names: tuple[str, ...]) -> Certificate:
    """The certificate made here for these names; made anew where there is none, where it ends soon, or where a name is missing.

    Args:
        folder: where certificate and key are kept, the key readable for its owner alone.
        names: host names and addresses.

    Raises:
        StoreError: they cannot be written.
    """
    cert, key = folder / "certificate.pem", folder / "certificate.key"
    if cert.is_file() and key.is_file():
        try:
            found = read_certificate(cert, key)
        except InputError:
            found = None
        soon = datetime.now(UTC) + timedelta(days=_RENEW_DAYS)
        if found is not None and found.until > soon and set(names) <= set(found.names):
            return _described(_load(cert), cert, key, made_here=True)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(folder, cert, key, names)
    except OSError as error:
        raise StoreError(
            f"The certificate cannot be written here ({error.strerror})",
            mend="Check that the folder may be written to, or give --tls-cert and --tls-key",
            path=folder,
        ) from error
    return _described(_load(cert), cert, key, made_here=True)


def _write(folder: Path, cert: Path, key: Path, names: tuple[str, ...]) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "reattune on this network")])
    start = datetime.now(UTC) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_general(n) for n in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for file, content in ((key, pem), (cert, made.public_bytes(serialization.Encoding.PEM))):
        part = folder / f".{file.name}.part"
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        part.replace(file)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _load(cert: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(cert.read_bytes())[0]
    except (OSError, ValueError) as error:
        raise InputError(
            "The certificate cannot be read", mend="Give a PEM file that this user may read", path=cert
        ) from error


def _described(found: x509.Certificate, cert: Path, key: Path, *, made_here: bool) -> Certificate:
    try:
        listed = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = (*listed.get_values_for_type(x509.DNSName),)
        names += tuple(str(a) for a in listed.get_values_for_type(x509.IPAddress))
    except x509.ExtensionNotFound:
        names = ()
    mark = found.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(cert, key, mark, names, found.not_valid_after_utc, made_here)
