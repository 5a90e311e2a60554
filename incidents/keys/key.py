"""One secret key: what it is for, and the keyed hash it makes."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

SECRET_BYTES = 32


class Purpose(StrEnum):
    """What a key is for; no key serves two purposes."""

    FINGERPRINT = "fingerprint"
    RETURN_PATH = "return_path"
    CODE = "code"
    CHAIN = "chain"


@dataclass(frozen=True)
class Key:
    """One version of the key for one purpose."""

    id: str
    purpose: Purpose
    version: int
    made_at: datetime
    secret: bytes = field(repr=False)

    def mac(self, *parts: bytes | str) -> bytes:
        """Return HMAC-SHA-256 (RFC 2104) over the purpose and the parts, 32 bytes."""
        return hmac.digest(self.secret, _framed(self.purpose, *parts), "sha256")

    def macs(self, *parts: bytes | str) -> Callable[[str], bytes]:
        """Return what makes `mac(*parts, last)` for one last part after another."""
        secret, begun = self.secret, _framed(self.purpose, *parts)

        def mac(last: str) -> bytes:
            data = last.encode("utf-8", "surrogatepass")
            return hmac.digest(secret, begun + len(data).to_bytes(8, "big") + data, "sha256")

        return mac


def new_key(purpose: Purpose, version: int, now: datetime) -> Key:
    """Return a key of fresh random bytes."""
    # The random part tells a key from one of the same version in a file that was lost.
    key_id = f"{purpose.replace('_', '-')}-{version}-{secrets.token_hex(3)}"
    return Key(key_id, purpose, version, now.astimezone(UTC), secrets.token_bytes(SECRET_BYTES))


def _framed(*parts: bytes | str) -> bytes:
    framed = bytearray()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        framed += len(data).to_bytes(8, "big") + data
    return bytes(framed)
