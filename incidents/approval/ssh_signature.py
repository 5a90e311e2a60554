"""Signatures of `ssh-keygen -Y sign`, made and checked here without running a program.

Format: OpenSSH PROTOCOL.sshsig, version 1. What is signed is not the message but its hash, framed
with a namespace, so that an approval cannot stand for anything else nor anything else for it.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from incidents.approval.armour import armoured, from_one_line, one_line, unarmoured
from incidents.approval.public_key import (
    check_signature_bytes,
    fingerprint,
    fingerprint_of,
    public_blob,
)
from incidents.approval.wire import Reader, broken, mpint, string
from incidents.errors import ApprovalError
from incidents.models.approval import NAMESPACE

__all__ = [
    "AnotherKeyError",
    "fingerprint",
    "from_one_line",
    "one_line",
    "public_line",
    "sign",
    "verify",
]

MAGIC = b"SSHSIG"
VERSION = 1
HASHES: dict[bytes, Callable[[bytes], Any]] = {
    b"sha256": hashlib.sha256,
    b"sha512": hashlib.sha512,
}
PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class AnotherKeyError(ApprovalError):
    """A signature by a key other than the one it was held against."""


def verify(armour: str, message: bytes, public_key_line: str) -> str:
    """Check a signature over a message and return the fingerprint of the key that made it.

    Args:
        armour: The signature, armoured or in one line; line ends and blanks in it do not matter.
        message: The exact bytes that were signed.
        public_key_line: The enrolled key it must be made with.

    Raises:
        ApprovalError: when it is anything but a good signature of that key over these bytes in
            the namespace of approvals.
    """
    reader = Reader(unarmoured(armour))
    if reader.raw(len(MAGIC)) != MAGIC:
        raise broken("it does not begin as one")
    if reader.uint32() != VERSION:
        raise broken("its version is not 1")
    blob, namespace, reserved = reader.string(), reader.string(), reader.string()
    algorithm, signature = reader.string(), reader.string()
    reader.end()
    if namespace != NAMESPACE.encode():
        raise ApprovalError(
            "the signature was made for another purpose", repair=f"sign with -n {NAMESPACE}"
        )
    if reserved:
        raise broken("its reserved field is not empty")
    if algorithm not in HASHES:
        raise broken("its hash is neither sha256 nor sha512")
    if blob != public_blob(public_key_line):
        raise AnotherKeyError(
            "the signature was made with another key than the enrolled one",
            repair="sign with the key that stands in organisation.yaml",
        )
    check_signature_bytes(blob, signature, _framed(message, algorithm))
    return fingerprint_of(blob)


def sign(private_key: PrivateKey, message: bytes) -> str:
    """Return the armoured signature that `ssh-keygen -Y sign -n forthwith-approval` would make.

    Args:
        private_key: An ed25519 key, a key on P-256, or an RSA key.
        message: The exact bytes to sign.

    Raises:
        ApprovalError: for a key on any other curve.
    """
    framed = _framed(message, b"sha512")
    blob = public_blob(public_line(private_key))
    if isinstance(private_key, ed25519.Ed25519PrivateKey):
        made = string(b"ssh-ed25519") + string(private_key.sign(framed))
    elif isinstance(private_key, rsa.RSAPrivateKey):
        value = private_key.sign(framed, padding.PKCS1v15(), hashes.SHA512())
        made = string(b"rsa-sha2-512") + string(value)
    elif isinstance(private_key.curve, ec.SECP256R1):
        r, s = decode_dss_signature(private_key.sign(framed, ec.ECDSA(hashes.SHA256())))
        made = string(b"ecdsa-sha2-nistp256") + string(mpint(r) + mpint(s))
    else:
        raise ApprovalError("this curve is not taken", repair="use an ed25519 key")
    head = MAGIC + VERSION.to_bytes(4, "big") + string(blob) + string(NAMESPACE.encode())
    return armoured(head + string(b"") + string(b"sha512") + string(made))


def public_line(private_key: PrivateKey) -> str:
    """Return the public key line that is enrolled for a private key."""
    public = private_key.public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def _framed(message: bytes, algorithm: bytes) -> bytes:
    hashed = HASHES[algorithm](message).digest()
    return MAGIC + b"".join(map(string, (NAMESPACE.encode(), b"", algorithm, hashed)))
