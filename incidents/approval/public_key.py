"""SSH public keys: their line, their fingerprint, and the check of a signature by their kind.

Kinds taken: ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa of 2048 to 16384 bits with rsa-sha2-256 or
rsa-sha2-512 (RFC 8332; the SHA-1 form is refused), and the two security-key kinds of OpenSSH
PROTOCOL.u2f with the user present.
"""

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from incidents.approval.wire import Reader, broken
from incidents.errors import ApprovalError

RSA_BITS = range(2048, 16384 + 1)
USER_PRESENT = 0x01
RSA_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    b"rsa-sha2-256": hashes.SHA256(),
    b"rsa-sha2-512": hashes.SHA512(),
}


def public_blob(line: str) -> bytes:
    """Return the key bytes of a public key line such as `ssh-ed25519 AAAA... name`.

    Raises:
        ApprovalError: when it is no line of a `.pub` file.
    """
    try:
        kind, packed, *_ = line.split(maxsplit=2)
        blob = base64.b64decode(packed, validate=True)
        if Reader(blob).string() == kind.encode():
            return blob
    except (binascii.Error, ValueError, ApprovalError):
        pass
    raise ApprovalError("not a public key line", repair="copy the whole line of the .pub file")


def fingerprint(line: str) -> str:
    """Return a key's fingerprint as `ssh-keygen -l` prints it: `SHA256:` and 43 characters."""
    return fingerprint_of(public_blob(line))


def fingerprint_of(blob: bytes) -> str:
    """Return the fingerprint of a key's bytes."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def check_signature_bytes(blob: bytes, signature: bytes, signed: bytes) -> None:
    """Let a signature of a key over bytes pass.

    Args:
        blob: The public key.
        signature: Its kind and value as the SSH wire format holds them.
        signed: What was signed.

    Raises:
        ApprovalError: when it does not fit, or its kind is not taken.
    """
    key, made = Reader(blob), Reader(signature)
    kind, how = key.string(), made.string()
    try:
        if kind == b"ssh-rsa" and how in RSA_HASHES:
            _check_rsa(key, made, signed, RSA_HASHES[how])
        elif kind in _CHECKS and how == kind:
            _CHECKS[kind](key, made, signed)
        else:
            raise ApprovalError(
                "this kind of key or signature is not taken", repair="enrol an ed25519 key"
            )
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        raise ApprovalError(
            "the signature does not fit the statement",
            repair="sign the newest statement, unchanged to the byte, with the enrolled key",
        ) from None


def _check_ed25519(key: Reader, made: Reader, signed: bytes) -> None:
    public, value = key.string(), made.string()
    key.end()
    made.end()
    ed25519.Ed25519PublicKey.from_public_bytes(public).verify(value, signed)


def _check_security_key_ed25519(key: Reader, made: Reader, signed: bytes) -> None:
    public, application, value = key.string(), key.string(), made.string()
    key.end()
    body = _security_key_body(application, made, signed)
    ed25519.Ed25519PublicKey.from_public_bytes(public).verify(value, body)


def _check_p256(key: Reader, made: Reader, signed: bytes) -> None:
    public, value = _point(key), _two_numbers(made)
    key.end()
    made.end()
    public.verify(value, signed, ec.ECDSA(hashes.SHA256()))


def _check_security_key_p256(key: Reader, made: Reader, signed: bytes) -> None:
    public, application, value = _point(key), key.string(), _two_numbers(made)
    key.end()
    body = _security_key_body(application, made, signed)
    public.verify(value, body, ec.ECDSA(hashes.SHA256()))


def _check_rsa(key: Reader, made: Reader, signed: bytes, algorithm: hashes.HashAlgorithm) -> None:
    exponent, modulus, value = key.positive(), key.positive(), made.string()
    key.end()
    made.end()
    if modulus.bit_length() not in RSA_BITS:
        raise ApprovalError(
            "an RSA key must have 2048 to 16384 bits", repair="enrol an ed25519 key"
        )
    public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    public.verify(value, signed, padding.PKCS1v15(), algorithm)


def _point(key: Reader) -> ec.EllipticCurvePublicKey:
    if key.string() != b"nistp256":
        raise broken("its curve is not nistp256")
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.string())


def _two_numbers(made: Reader) -> bytes:
    numbers = Reader(made.string())
    r, s = numbers.positive(), numbers.positive()
    numbers.end()
    return encode_dss_signature(r, s)


def _security_key_body(application: bytes, made: Reader, signed: bytes) -> bytes:
    flags, counter = made.raw(1), made.raw(4)
    made.end()
    if not flags[0] & USER_PRESENT:
        raise ApprovalError(
            "nobody touched the security key", repair="sign again and touch it when it blinks"
        )
    parts = (hashlib.sha256(application).digest(), flags, counter, hashlib.sha256(signed).digest())
    return b"".join(parts)


_CHECKS = {
    b"ssh-ed25519": _check_ed25519,
    b"ecdsa-sha2-nistp256": _check_p256,
    b"sk-ssh-ed25519@openssh.com": _check_security_key_ed25519,
    b"sk-ecdsa-sha2-nistp256@openssh.com": _check_security_key_p256,
}
