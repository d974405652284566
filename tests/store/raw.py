"""SQLCipher's pages decrypted by hand, so that a test sees what is really left in a file: free pages and gaps too."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, SALT, IV, HMAC = 4096, 16, 16, 64
RESERVED = IV + HMAC


def pages(file: Path, key: bytes) -> list[bytes]:
    """Every page's plain bytes (AES-256-CBC; each page ends with its IV and its HMAC; the first begins with the salt)."""
    data = file.read_bytes()
    found = []
    for start in range(0, len(data), PAGE):
        page = data[start : start + PAGE]
        body = page[SALT if start == 0 else 0 : PAGE - RESERVED]
        iv = page[PAGE - RESERVED : PAGE - HMAC]
        reader = Cipher(algorithms.AES256(key), modes.CBC(iv)).decryptor()
        found.append(reader.update(body) + reader.finalize())
    return found
