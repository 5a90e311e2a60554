"""All keys of one installation, and what is made and checked with them."""

import hmac
import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from incidents.base32 import base32
from incidents.clock import Clock, SystemClock, new_id
from incidents.errors import SettingsError
from incidents.keys.key import Key, Purpose, new_key
from incidents.keys.key_file import KeyFile, create, locked, mark_of, read, replace
from incidents.keys.notice_code import PROOF_BITS, normal_code, parts_of
from incidents.keys.notice_keys import NoticeKeys, proof_of

TAG_BYTES = 10  # 80 bits: out of reach for whoever can only send mail to guess
_LOCAL = re.compile(r"(?=.{1,64}$)[A-Za-z0-9][A-Za-z0-9+=_-]*(\.[A-Za-z0-9+=_-]+)*")
_DOMAIN = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_RETURN_PATH = re.compile(r"[+\-=_.](?P<id>\d{1,19})-(?P<tag>[a-z2-7]{16})@[a-z0-9.-]+\Z", re.ASCII)


class KeyRing:
    """All keys of one installation.

    What none of its keys made sends it back to the file when that has changed, so a process that
    began before a rotation can check what others made after it.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._mark = mark_of(path)
        self._file = read(path)

    def __repr__(self) -> str:
        return f"KeyRing({self.id}, {len(self._file.keys)} keys)"

    @property
    def id(self) -> str:
        """The key file's random name; the file of another installation has another one."""
        return self._file.id

    @classmethod
    def create(cls, path: Path, clock: Clock) -> Self:
        """Make the key file with one fresh key per purpose, whole or not at all.

        A file that stands there already is never overwritten: it is read, so that two processes
        which start at once share the keys of the first.

        Raises:
            SettingsError: when it cannot be written, or stands there and cannot be read.
        """
        keys = tuple(new_key(purpose, 1, clock.now()) for purpose in Purpose)
        create(path, KeyFile(new_id("ring"), keys))
        return cls(path, clock)

    @classmethod
    def load(cls, path: Path, clock: Clock | None = None) -> Self:
        """Read the key file.

        Raises:
            SettingsError: when it is absent, damaged, or others than its owner may read it.
        """
        return cls(path, clock or SystemClock())

    def versions(self, purpose: str) -> list[Key]:
        """Return all keys of a purpose, newest first.

        Raises:
            SettingsError: for a word that is no purpose.
        """
        known = [key for key in self._file.keys if key.purpose == purpose]
        if not known:
            raise SettingsError(f"no key for {purpose!r}", repair=f"one of: {', '.join(Purpose)}")
        return sorted(known, key=lambda key: -key.version)

    def rotate(self, purpose: str, clock: Clock | None = None) -> str:
        """Add a fresh key for a purpose and return its id; the old ones stay for checking.

        Args:
            purpose: One of `Purpose`.
            clock: Tells when the key was made; the ring's own clock when left out.

        Raises:
            SettingsError: for a word that is no purpose, or when the file cannot be written.
        """
        with locked(self.path):
            self._file = read(self.path)  # another process may have rotated since
            newest = self.versions(purpose)[0]
            fresh = new_key(newest.purpose, newest.version + 1, (clock or self._clock).now())
            file = KeyFile(self.id, (*self._file.keys, fresh))
            replace(self.path, file)
            self._file, self._mark = file, mark_of(self.path)
        return fresh.id

    def mac(self, purpose: str, *parts: bytes | str) -> bytes:
        """Return the newest key's HMAC-SHA-256 over the parts, 32 bytes.

        Each part is preceded by its length, so ("a", "bc") and ("ab", "c") differ. Text counts as
        its UTF-8 bytes.
        """
        return self.versions(purpose)[0].mac(*parts)

    def verify(self, purpose: str, mac: bytes, *parts: bytes | str) -> bool:
        """Return whether any version of the key made this MAC, in time that does not tell which."""
        return self._any(purpose, lambda key: hmac.compare_digest(key.mac(*parts), mac))

    def fingerprint(self, text: str) -> str:
        """Return `<key id>:<64 hex digits>` for a secret or an address; NFC text counts."""
        return self.fingerprints(text)[0]

    def fingerprints(self, text: str) -> list[str]:
        """Return the fingerprint under every version of the key, newest first."""
        exact = unicodedata.normalize("NFC", text)
        return [f"{key.id}:{key.mac(exact).hex()}" for key in self.versions(Purpose.FINGERPRINT)]

    def chain(self, data: bytes) -> str:
        """Return the audit chain's link over bytes, as `<key id>:<64 hex digits>`."""
        key = self.versions(Purpose.CHAIN)[0]
        return f"{key.id}:{key.mac(data).hex()}"

    def check_chain(self, data: bytes, link: str) -> bool:
        """Return whether a link was made over these bytes by the version of the key it names."""
        key_id, _, mac = link.partition(":")
        given = mac.encode("utf-8", "surrogatepass")
        return self._any(
            Purpose.CHAIN,
            lambda key: (
                key.id == key_id and hmac.compare_digest(key.mac(data).hex().encode(), given)
            ),
        )

    def notice_code(self, case_ref: str, set_key: str, version: int, person_id: str) -> str:
        """Return one person's code for one notice, such as `K7QM-2F4T-9D`.

        45 bits in Crockford's base 32 and one check character: a tag, and what proves that this
        installation made it for this case. It holds nothing personal, is the same each time, and
        may be another person's too; guessing is held off where it is checked, by rate.
        """
        return self.notice_keys(case_ref, set_key, version).code(person_id)

    def notice_keys(self, case_ref: str, set_key: str, version: int) -> NoticeKeys:
        """Return what makes the codes and tokens of many people for one notice."""
        keys = self.versions(Purpose.CODE)
        return NoticeKeys(keys[0], keys[-1], case_ref, set_key, version)

    def is_notice_code(
        self, code: str, case_ref: str, set_key: str, version: int, person_id: str
    ) -> bool:
        """Return whether a typed code is this person's for this notice, under any version."""
        typed = (normal_code(code) or "").encode()

        def holds(key: Key) -> bool:
            code = NoticeKeys(key, key, case_ref, set_key, version).code(person_id)
            return hmac.compare_digest(code.encode(), typed)

        return self._any(Purpose.CODE, holds)

    def case_of_code(self, code: str, case_refs: Sequence[str]) -> str | None:
        """Return the first of these cases that a typed code was made for, or None.

        Every case is tried under every version, so that time tells neither which nor whether.
        """
        typed = normal_code(code)
        if typed is None:
            return None
        tag, proof = parts_of(typed)
        given, found = proof.to_bytes(PROOF_BITS // 8, "big"), set[str]()

        def holds(key: Key) -> bool:
            fitting = [
                ref for ref in case_refs if hmac.compare_digest(proof_of(key, ref, tag), given)
            ]
            found.update(fitting)
            return bool(fitting)

        self._any(Purpose.CODE, holds)
        return next((ref for ref in case_refs if ref in found), None)

    def return_path(self, local_prefix: str, delivery_id: int, domain: str) -> str:
        """Return the envelope sender of one delivery, such as `bounces+42-<16 letters>@domain`.

        A bounce that comes back to it names its delivery even when its body is gone; nobody
        without the key can make one (RFC 5321 4.5.3.1.1 allows 64 octets before the @).

        Args:
            local_prefix: The mailbox. `+` follows it unless it ends in one of `+ - = _ .`.
            delivery_id: Number of the ledger row, not negative.
            domain: The domain bounces are read at, ASCII.

        Raises:
            SettingsError: when prefix or domain cannot stand in an address.
        """
        return self.return_paths(local_prefix, domain)(delivery_id)

    def return_paths(self, local_prefix: str, domain: str) -> Callable[[int], str]:
        """Return what makes `return_path` for one delivery after another."""
        glue = "" if local_prefix.endswith(("+", "-", "=", "_", ".")) else "+"
        key, begin, end = self.versions(Purpose.RETURN_PATH)[0], local_prefix + glue, f"@{domain}"
        good = _DOMAIN.fullmatch(domain)

        def path(delivery_id: int) -> str:
            local = f"{begin}{delivery_id}-{_tag(key, delivery_id)}"
            if delivery_id < 0 or not good or not _LOCAL.fullmatch(local):
                raise SettingsError(
                    "cannot make a return path",
                    where="the prefix or domain of return paths",
                    repair="a prefix of at most 26 plain letters and digits, a domain in ASCII",
                )
            return local + end

        return path

    def read_return_path(self, address: str) -> int | None:
        """Return the delivery an address names, or None unless this installation made it.

        Case, angle brackets and a tag that a relay put in front do not matter.
        """
        match = _RETURN_PATH.search(address[:320].strip().strip("<>").lower())
        if match is None:
            return None
        delivery_id, tag = int(match["id"]), match["tag"]
        ours = self._any(
            Purpose.RETURN_PATH, lambda key: hmac.compare_digest(_tag(key, delivery_id), tag)
        )
        return delivery_id if ours else None

    def _any(self, purpose: str, holds: Callable[[Key], bool]) -> bool:
        """Return whether any version holds; all are tried, so that time does not tell which."""
        if any([holds(key) for key in self.versions(purpose)]):  # noqa: C419  # no early end
            return True
        mark = mark_of(self.path)
        if mark == self._mark:
            return False
        try:
            self._file = read(self.path)
        except SettingsError:
            return False  # the file was taken away: what this process knows still counts
        self._mark = mark
        return any([holds(key) for key in self.versions(purpose)])  # noqa: C419


def _tag(key: Key, delivery_id: int) -> str:
    mac = key.mac("delivery", str(delivery_id))
    return base32(mac[:TAG_BYTES])
