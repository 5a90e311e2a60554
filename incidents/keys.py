"""One key file: what fingerprints, return paths, notice codes and the audit chain are keyed with.

Whoever has it can forge codes and chain links; without it alerts are not matched, codes not known
again and the chain not verified. It lies beside the database and is backed up apart from it.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from incidents.clock import Clock
from incidents.errors import SettingsError

FORMAT: Final = "forthwith/keys/1"
PURPOSES: Final = ("fingerprint", "return_path", "code", "chain")
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_BYTES: Final = 6
"""48 bits: guessing is held off by rate, a longer code would not be typed."""


@dataclass(frozen=True)
class Key:
    """One version of a key for one purpose."""

    id: str
    secret: bytes = field(repr=False)


@dataclass
class KeyRing:
    """All keys, the newest of each purpose last."""

    path: Path
    keys: dict[str, list[Key]] = field(repr=False)

    @classmethod
    def create(cls, path: Path, clock: Clock) -> "KeyRing":
        """Make a key file that only its owner may read; never over an existing one.

        Raises:
            SettingsError: when a file is there already, or the folder cannot be written.
        """
        ring = cls(path, {purpose: [_fresh(1)] for purpose in PURPOSES})
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            _write_new(beside, ring._document(clock))
            try:
                os.link(beside, path)  # whole or not at all, and never over another's
            finally:
                beside.unlink()
        except FileExistsError:
            return cls.load(path)  # two processes began at once: the first one's keys count
        except OSError as error:
            raise SettingsError(
                f"no key file can be made: {error.strerror}",
                where=str(path),
                repair="set FORTHWITH_KEY_FILE to a folder you may write",
            ) from None
        return ring

    @classmethod
    def load(cls, path: Path) -> "KeyRing":
        """Read a key file.

        Raises:
            SettingsError: when others may read it, or it is not whole.
        """
        try:
            mode = path.stat().st_mode
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SettingsError(
                "there is no key file", where=str(path), repair="restore it from its backup"
            ) from None
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"cannot be read: {type(error).__name__}",
                where=str(path),
                repair="restore it from its backup",
            ) from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError(
                "others than its owner may read it", where=str(path), repair=f"chmod 600 {path}"
            )
        return cls(path, _read_keys(data, path))

    def rotate(self, purpose: str, clock: Clock) -> None:
        """Add a new key for a purpose; the old ones stay, to check what they made."""
        if purpose not in PURPOSES:
            raise SettingsError(f"no purpose {purpose!r}", repair=f"one of {', '.join(PURPOSES)}")
        self.keys[purpose].append(_fresh(len(self.keys[purpose]) + 1))
        beside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
        _write_new(beside, self._document(clock))
        beside.replace(self.path)
        _sync_folder(self.path.parent)

    def _document(self, clock: Clock) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "written_at": clock.now().isoformat(),
            "keys": {
                purpose: [
                    {"id": key.id, "secret": base64.b64encode(key.secret).decode()} for key in keys
                ]
                for purpose, keys in self.keys.items()
            },
        }

    def mac(self, purpose: str, *parts: str | bytes) -> bytes:
        """Return 32 bytes over parts under the newest key; ("a","bc") differs from ("ab","c")."""
        return _mac(self.keys[purpose][-1], purpose, parts)

    def verify(self, purpose: str, given: bytes, *parts: str | bytes) -> bool:
        """Return whether a MAC, whole or its beginning, was made over parts by any version."""
        if len(given) < _CODE_BYTES:
            return False
        return any(
            hmac.compare_digest(_mac(key, purpose, parts)[: len(given)], given)
            for key in self.keys[purpose]
        )

    def chain(self, data: bytes) -> str:
        """Return an audit link: key id and MAC in hex."""
        key = self.keys["chain"][-1]
        return f"{key.id}:{_mac(key, 'chain', (data,)).hex()}"

    def check_chain(self, data: bytes, link: str) -> bool:
        """Return whether an audit link was made over these bytes by the key it names."""
        name, _, given = link.partition(":")
        return any(
            key.id == name and hmac.compare_digest(_mac(key, "chain", (data,)).hex(), given)
            for key in self.keys["chain"]
        )

    def fingerprint(self, text: str) -> str:
        """Return a keyed fingerprint: equal texts are known again, none can be read back."""
        key = self.keys["fingerprint"][-1]
        return f"{key.id}:{_mac(key, 'fingerprint', (text,)).hex()}"

    def fingerprints(self, text: str) -> list[str]:
        """Return the fingerprints a text may have been kept under, newest key first."""
        return [
            f"{key.id}:{_mac(key, 'fingerprint', (text,)).hex()}"
            for key in reversed(self.keys["fingerprint"])
        ]

    def notice_code(self, case_ref: str, set_key: str, version: int, person_id: str) -> str:
        """Return the code by which a person checks that a notice is real, such as K7QM-2F4T-9DP.

        Ten letters of 48 keyed bits in Crockford's alphabet and a check letter.
        """
        parts = (case_ref, set_key, str(version), person_id)
        number = int.from_bytes(self.mac("code", *parts)[:_CODE_BYTES], "big")
        letters = "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(45, -5, -5))
        code = letters + _check_letter(letters)
        return f"{code[:4]}-{code[4:8]}-{code[8:]}"

    def return_path(self, delivery_id: int, local: str, domain: str) -> str:
        """Return an envelope sender that names one delivery and cannot be made up."""
        tag = self.mac("return_path", str(delivery_id))[:10].hex()
        return f"{local}+{delivery_id}-{tag}@{domain}"

    def read_return_path(self, address: str) -> int | None:
        """Return the delivery an envelope sender names, or None where it is not ours."""
        shape = r"[^+@\s]*\+(\d{1,18})-([0-9a-f]{20})@[^@\s]+"
        found = re.fullmatch(shape, address.strip().lower())
        if found is None:
            return None
        good = self.verify("return_path", bytes.fromhex(found[2]), found[1])
        return int(found[1]) if good else None


def code_is_well_formed(code: str) -> bool:
    """Return whether a typed code has the right letters and check letter."""
    letters = re.sub(r"[\s-]", "", code).upper().translate(str.maketrans("OIL", "011"))
    if len(letters) != 11 or any(letter not in _CROCKFORD for letter in letters):  # noqa: PLR2004
        return False
    return _check_letter(letters[:-1]) == letters[-1]


def _check_letter(letters: str) -> str:
    # Weights 1, 3, 5 ... are odd, hence invertible modulo 32: any one wrong letter shows.
    total = sum((2 * i + 1) * _CROCKFORD.index(letter) for i, letter in enumerate(letters))
    return _CROCKFORD[total % 32]


def _fresh(version: int) -> Key:
    return Key(f"k{version}", secrets.token_bytes(32))


def _mac(key: Key, purpose: str, parts: tuple[str | bytes, ...]) -> bytes:
    digest = hmac.new(key.secret, purpose.encode() + b"\0", hashlib.sha256)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


def _write_new(path: Path, document: dict[str, Any]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_keys(data: Any, path: Path) -> dict[str, list[Key]]:
    broken = SettingsError(
        "is not a whole key file", where=str(path), repair="restore it from its backup"
    )
    try:
        if data["format"] != FORMAT:
            raise broken
        keys = {
            purpose: [
                Key(str(one["id"]), base64.b64decode(one["secret"], validate=True))
                for one in data["keys"][purpose]
            ]
            for purpose in PURPOSES
        }
    except (KeyError, TypeError, ValueError):
        raise broken from None
    if any(not ring or any(len(key.secret) != 32 for key in ring) for ring in keys.values()):  # noqa: PLR2004
        raise broken
    return keys
