"""Signatures made with `ssh-keygen -Y sign`, checked here without running a program.

Format: OpenSSH PROTOCOL.sshsig. Keys: ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa from 2048 bits with
rsa-sha2-256 or rsa-sha2-512, and security keys (sk-...) with the user present.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from incidents.errors import ApprovalError
from incidents.models.approval import NAMESPACE

MAGIC = b"SSHSIG"
BEGIN = "-----BEGIN SSH SIGNATURE-----"
END = "-----END SSH SIGNATURE-----"
MAX_BLOB = 16 * 1024
MIN_RSA_BITS = 2048
USER_PRESENT = 0x01
HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
}


class _Reader:
    """Reads length-prefixed fields and refuses what is cut or too long."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def raw(self, number: int) -> bytes:
        if self.at + number > len(self.data):
            raise _broken("it is cut short")
        self.at += number
        return self.data[self.at - number : self.at]

    def uint(self, size: int = 4) -> int:
        return int.from_bytes(self.raw(size), "big")

    def string(self) -> bytes:
        return self.raw(self.uint())

    def end(self) -> None:
        if self.at != len(self.data):
            raise _broken("bytes follow its end")


def _broken(why: str) -> ApprovalError:
    return ApprovalError(
        f"not a usable SSH signature: {why}",
        repair="sign the statement again with `ssh-keygen -Y sign -n forthwith-approval`",
    )


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def public_blob(line: str) -> bytes:
    """Return the key bytes of a public key line such as `ssh-ed25519 AAAA... name`.

    Raises:
        ApprovalError: when it is no public key line.
    """
    parts = line.split()
    if len(parts) < 2:  # noqa: PLR2004
        raise ApprovalError("not a public key line", repair="copy the line of the .pub file")
    try:
        blob = base64.b64decode(parts[1], validate=True)
    except (binascii.Error, ValueError):
        raise ApprovalError(
            "not a public key line", repair="copy the line of the .pub file"
        ) from None
    if _Reader(blob).string() != parts[0].encode():
        raise ApprovalError("the key is not of the kind its line says", repair="copy it again")
    return blob


def fingerprint(line: str) -> str:
    """Return a public key's fingerprint as `ssh-keygen -l` prints it: `SHA256:...`."""
    return _fingerprint(public_blob(line))


def _fingerprint(blob: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _unarmoured(text: str) -> bytes:
    """Return the bytes of an armoured signature, or of its one-line form."""
    if len(text) > 2 * MAX_BLOB:
        raise _broken("it is too long")
    inner = text
    if BEGIN in text:
        inner, found, _ = text.partition(BEGIN)[2].partition(END)
        if not found:
            raise _broken("its last line is missing")
    packed = re.sub(r"\s+", "", inner)
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        raise _broken("it is not base64") from None


def _armoured(blob: bytes) -> str:
    packed = base64.b64encode(blob).decode()
    lines = [packed[i : i + 70] for i in range(0, len(packed), 70)]
    return "\n".join([BEGIN, *lines, END, ""])


def one_line(armour: str) -> str:
    """Return a signature as one line for a form field."""
    return base64.b64encode(_unarmoured(armour)).decode()


def from_one_line(line: str) -> str:
    """Return a signature pasted as one line, or as many, in its usual armour."""
    return _armoured(_unarmoured(line))


def verify(armour: str, message: bytes, public_key_line: str) -> str:
    """Check a signature over a message and return the fingerprint of the key that made it.

    Args:
        armour: The signature, armoured or in one line; line ends and blanks in it do not matter.
        message: The exact bytes that were signed.
        public_key_line: The enrolled key it must be made with.

    Raises:
        ApprovalError: when it is anything but a good signature of that key over these bytes in
            Forthwith's own namespace.
    """
    reader = _Reader(_unarmoured(armour))
    if reader.raw(6) != MAGIC:
        raise _broken("it does not begin as one")
    if reader.uint() != 1:
        raise _broken("its version is not 1")
    blob, namespace = reader.string(), reader.string()
    reader.string()  # reserved
    algorithm, signature = reader.string(), reader.string()
    reader.end()
    if namespace != NAMESPACE.encode():
        raise ApprovalError("was made for another purpose", repair=f"sign with -n {NAMESPACE}")
    if blob != public_blob(public_key_line):
        raise ApprovalError(
            "was made with another key than the enrolled one",
            repair="sign with the key that stands in organisation.yaml",
        )
    name = algorithm.decode("ascii", "replace")
    if name not in HASHES:
        raise _broken("its hash is not sha256 or sha512")
    hashed = HASHES[name](message).digest()
    signed = MAGIC + _string(namespace) + _string(b"") + _string(algorithm) + _string(hashed)
    try:
        _check(blob, signature, signed)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        raise ApprovalError(
            "does not fit the statement",
            repair="sign the statement of the newest version, unchanged",
        ) from None
    return _fingerprint(blob)


def _check(blob: bytes, signature: bytes, signed: bytes) -> None:
    key, made = _Reader(blob), _Reader(signature)
    kind, how = key.string(), made.string()
    if kind == b"ssh-ed25519" and how == kind:
        public, value = key.string(), made.string()
        _all_read(key, made)
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(value, signed)
    elif kind == b"sk-ssh-ed25519@openssh.com" and how == kind:
        public, application, value = key.string(), key.string(), made.string()
        body = _security_key_body(application, made, signed)
        _all_read(key, made)
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(value, body)
    elif kind == b"ecdsa-sha2-nistp256" and how == kind:
        _ecdsa(key, made, signed, application=False)
    elif kind == b"sk-ecdsa-sha2-nistp256@openssh.com" and how == kind:
        _ecdsa(key, made, signed, application=True)
    elif kind == b"ssh-rsa" and how in {b"rsa-sha2-256", b"rsa-sha2-512"}:
        exponent, modulus, value = key.string(), key.string(), made.string()
        _all_read(key, made)
        numbers = rsa.RSAPublicNumbers(
            int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big")
        )
        if numbers.n.bit_length() < MIN_RSA_BITS:
            raise ApprovalError("the RSA key is too short", repair="enrol an ed25519 key")
        rsa_hash = hashes.SHA256() if how.endswith(b"256") else hashes.SHA512()
        numbers.public_key().verify(value, signed, padding.PKCS1v15(), rsa_hash)
    else:
        raise ApprovalError("this kind of key is not taken", repair="enrol an ed25519 key")


def _all_read(*readers: _Reader) -> None:
    for reader in readers:
        reader.end()


def _ecdsa(key: _Reader, made: _Reader, signed: bytes, *, application: bool) -> None:
    if key.string() != b"nistp256":
        raise _broken("its curve is not nistp256")
    point = key.string()
    asked = key.string() if application else b""
    numbers = _Reader(made.string())
    r, s = int.from_bytes(numbers.string(), "big"), int.from_bytes(numbers.string(), "big")
    body = _security_key_body(asked, made, signed) if application else signed
    _all_read(key, made, numbers)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    public.verify(encode_dss_signature(r, s), body, ec.ECDSA(hashes.SHA256()))


def _security_key_body(application: bytes, made: _Reader, signed: bytes) -> bytes:
    flags, counter = made.raw(1), made.raw(4)
    if not flags[0] & USER_PRESENT:
        raise ApprovalError("nobody touched the security key", repair="sign again, touching it")
    parts = (hashlib.sha256(application).digest(), flags, counter, hashlib.sha256(signed).digest())
    return b"".join(parts)


def sign(private: ed25519.Ed25519PrivateKey, message: bytes) -> str:
    """Return an armoured signature, as `ssh-keygen -Y sign` would make it with an ed25519 key."""
    blob = _ed25519_blob(private)
    namespace = _string(NAMESPACE.encode()) + _string(b"")
    hashed = _string(b"sha512") + _string(hashlib.sha512(message).digest())
    value = private.sign(MAGIC + namespace + hashed)
    signature = _string(b"ssh-ed25519") + _string(value)
    whole = MAGIC + (1).to_bytes(4, "big") + _string(blob) + namespace + _string(b"sha512")
    return _armoured(whole + _string(signature))


def public_line(private: ed25519.Ed25519PrivateKey) -> str:
    """Return the public key line of an ed25519 key."""
    return "ssh-ed25519 " + base64.b64encode(_ed25519_blob(private)).decode()


def _ed25519_blob(private: ed25519.Ed25519PrivateKey) -> bytes:
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _string(b"ssh-ed25519") + _string(raw)
