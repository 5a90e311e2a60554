"""Signatures as `ssh-keygen -Y sign` makes them, against the real program and against forgers."""

import base64
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_ssh_private_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.approval.armour import armoured, unarmoured
from incidents.approval.ssh_signature import (
    AnotherKeyError,
    PrivateKey,
    fingerprint,
    from_one_line,
    one_line,
    public_line,
    sign,
    verify,
)
from incidents.approval.wire import Reader, mpint, string
from incidents.errors import ApprovalError
from incidents.models.approval import NAMESPACE

MESSAGE = b"I approve that exactly this goes out.\ncase: inc-2026-0001\n"
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
OTHER = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
P256 = ec.derive_private_key(7, ec.SECP256R1())
SIGNED = sign(KEY, MESSAGE)

needs_ssh_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed on this machine"
)


def run(*words: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(["ssh-keygen", *words], input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def made_key(folder: Path, *kind: str) -> Path:
    path = folder / "key"
    run("-q", "-t", *kind, "-N", "", "-C", "Ana on her laptop", "-f", str(path))
    return path


def signed_with_ssh_keygen(key: Path, message: bytes, *more: str, space: str = NAMESPACE) -> str:
    statement = key.with_name("statement.txt")
    statement.write_bytes(message)
    run("-Y", "sign", "-n", space, *more, "-f", str(key), str(statement))
    return statement.with_name("statement.txt.sig").read_text()


KINDS = [("ed25519",), ("ecdsa", "-b", "256"), ("rsa", "-b", "2048"), ("rsa", "-b", "3072")]


@needs_ssh_keygen
@pytest.mark.parametrize("kind", KINDS, ids="-".join)
@pytest.mark.parametrize("hashed", ["sha256", "sha512"])
def test_what_ssh_keygen_signs_is_verified(
    tmp_path: Path, kind: "tuple[str, ...]", hashed: str
) -> None:
    key = made_key(tmp_path, *kind)
    line = key.with_suffix(".pub").read_text()
    armour = signed_with_ssh_keygen(key, MESSAGE, "-O", f"hashalg={hashed}")
    shown = run("-l", "-f", str(key)).decode().split()[1]
    assert verify(armour, MESSAGE, line) == fingerprint(line) == shown
    with pytest.raises(ApprovalError, match="does not fit"):
        verify(armour, MESSAGE + b" ", line)


@needs_ssh_keygen
@pytest.mark.parametrize("kind", KINDS, ids="-".join)
def test_what_is_signed_here_is_verified_by_ssh_keygen(
    tmp_path: Path, kind: "tuple[str, ...]"
) -> None:
    key = made_key(tmp_path, *kind)
    private = load_ssh_private_key(key.read_bytes(), None)
    assert isinstance(
        private, ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    )
    (tmp_path / "signers").write_text(f"ana {public_line(private)}\n")
    (tmp_path / "sig").write_text(sign(private, MESSAGE))
    arguments = ["-f", str(tmp_path / "signers"), "-I", "ana", "-n", NAMESPACE]
    said = run("-Y", "verify", *arguments, "-s", str(tmp_path / "sig"), stdin=MESSAGE)
    assert b"Good" in said
    assert fingerprint(public_line(private)).encode() in said


@needs_ssh_keygen
def test_a_one_line_form_made_back_into_armour_still_verifies_with_ssh_keygen(
    tmp_path: Path,
) -> None:
    key = made_key(tmp_path, "ed25519")
    armour = signed_with_ssh_keygen(key, MESSAGE)
    assert from_one_line(one_line(armour)) == armour


@needs_ssh_keygen
def test_a_signature_for_another_purpose_is_refused(tmp_path: Path) -> None:
    key = made_key(tmp_path, "ed25519")
    line = key.with_suffix(".pub").read_text()
    armour = signed_with_ssh_keygen(key, MESSAGE, space="git")
    with pytest.raises(ApprovalError, match="another purpose"):
        verify(armour, MESSAGE, line)


@needs_ssh_keygen
@pytest.mark.parametrize("kind", [("rsa", "-b", "1024"), ("ecdsa", "-b", "384")], ids="-".join)
def test_keys_that_are_too_weak_or_not_known_here_are_refused(
    tmp_path: Path, kind: "tuple[str, ...]"
) -> None:
    key = made_key(tmp_path, *kind)
    armour = signed_with_ssh_keygen(key, MESSAGE)
    with pytest.raises(ApprovalError, match="ed25519") as refused:
        verify(armour, MESSAGE, key.with_suffix(".pub").read_text())
    assert "enrol" in refused.value.repair


@pytest.mark.parametrize("private", [KEY, P256], ids=["ed25519", "p256"])
def test_a_signature_holds_for_its_key_and_message_alone(private: PrivateKey) -> None:
    armour, line = sign(private, MESSAGE), public_line(private)
    assert verify(armour, MESSAGE, line) == fingerprint(line)
    assert verify(armour, MESSAGE, line + " Ana on her laptop\n") == fingerprint(line)
    with pytest.raises(AnotherKeyError):
        verify(armour, MESSAGE, public_line(OTHER))


@pytest.mark.parametrize(
    "other",
    [
        MESSAGE.replace(b"\n", b"\r\n"),
        MESSAGE.rstrip(b"\n"),
        MESSAGE + b"\n",
        MESSAGE.replace(b"0001", b"0002"),
        b" " + MESSAGE,
        b"",
    ],
)
def test_the_statement_counts_to_the_byte(other: bytes) -> None:
    with pytest.raises(ApprovalError, match="does not fit the statement"):
        verify(SIGNED, other, public_line(KEY))


@pytest.mark.parametrize(
    "pasted",
    [
        SIGNED.replace("\n", "\r\n"),
        SIGNED.replace("\n", " "),
        SIGNED.replace("\n", ""),
        SIGNED.replace("\n", "\n\n"),
        SIGNED.replace("\n", "  \t\n   "),
        SIGNED.replace("\n", "\u00a0\n"),
        SIGNED.replace("\n", "\u200b\n"),
        "\ufeff" + SIGNED,
        SIGNED.rstrip("\n"),
        one_line(SIGNED),
        one_line(SIGNED).rstrip("="),
        f"  {one_line(SIGNED)}\r\n",
        "\n".join(one_line(SIGNED)),
    ],
)
def test_a_paste_with_broken_lines_is_the_same_signature(pasted: str) -> None:
    assert verify(pasted, MESSAGE, public_line(KEY)) == fingerprint(public_line(KEY))
    assert from_one_line(pasted) == SIGNED
    assert one_line(pasted) == one_line(SIGNED)
    assert "\n" not in one_line(pasted)


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "hello",
        SIGNED[: len(SIGNED) // 2],
        SIGNED.replace("BEGIN", "START"),
        SIGNED + SIGNED,
        "Dear Ana,\n" + SIGNED,
        one_line(SIGNED)[:-8],
        one_line(SIGNED) + "AAAA",
        one_line(SIGNED).replace("U1NI", "u1ni", 1),
        one_line(SIGNED) * 100,
        "\ud800" + one_line(SIGNED),
        "é" * 300,
    ],
)
def test_what_is_not_one_whole_signature_is_refused(pasted: str) -> None:
    with pytest.raises(ApprovalError):
        verify(pasted, MESSAGE, public_line(KEY))


def test_base64_has_one_form_only() -> None:
    line = one_line(SIGNED).rstrip("=")
    twins = [line[:-1] + chr(ord(line[-1]) + 1), line + "A"]
    for twin in twins:
        with pytest.raises(ApprovalError):
            verify(twin, MESSAGE, public_line(KEY))


@given(data=st.binary(max_size=400))
def test_any_bytes_are_refused_and_never_crash(data: bytes) -> None:
    for text in (armoured(data), base64.b64encode(data).decode(), data.decode("latin-1")):
        with pytest.raises(ApprovalError):
            verify(text, MESSAGE, public_line(KEY))


@given(data=st.binary(max_size=200))
def test_any_bytes_after_the_right_beginning_are_refused_and_never_crash(data: bytes) -> None:
    key = public_line(KEY)
    head = b"SSHSIG\x00\x00\x00\x01" + string(base64.b64decode(key.split()[1]))
    fields = string(NAMESPACE.encode()) + string(b"") + string(b"sha512")
    for blob in (head + data, head + fields + data, head + fields + string(data)):
        with pytest.raises(ApprovalError):
            verify(armoured(blob), MESSAGE, key)


def _line_of(rest: bytes) -> str:
    return "ssh-ed25519 " + base64.b64encode(string(b"ssh-ed25519") + rest).decode()


@given(line=st.text(max_size=100) | st.binary(max_size=80).map(_line_of))
def test_any_enrolled_line_that_is_not_the_key_refuses_and_never_crashes(line: str) -> None:
    with pytest.raises(ApprovalError):
        verify(SIGNED, MESSAGE, line)


def test_a_damaged_key_that_signed_for_itself_is_refused() -> None:
    for kind, rest in [
        (b"ssh-ed25519", string(b"short")),
        (b"ssh-ed25519", b""),
        (b"ecdsa-sha2-nistp256", string(b"nistp256") + string(b"\x04" + b"\x01" * 64)),
        (b"ecdsa-sha2-nistp256", string(b"nistp384") + string(b"")),
        (b"ssh-rsa", mpint(3) + mpint(15)),
        (b"ssh-rsa", string(b"\x80") + string(b"\xff" * 256)),
        (b"ssh-dss", b""),
    ]:
        blob = string(kind) + rest
        how = b"rsa-sha2-512" if kind == b"ssh-rsa" else kind
        made = string(how) + string(string(b"\x01") + string(b"\x01"))
        whole = _whole(blob, made)
        line = f"{kind.decode()} {base64.b64encode(blob).decode()}"
        with pytest.raises(ApprovalError):
            verify(whole, MESSAGE, line)


@given(at=st.integers(0, 8 * len(unarmoured(SIGNED)) - 1))
@settings(max_examples=300)
def test_any_bit_that_is_turned_voids_the_signature(at: int) -> None:
    blob = bytearray(unarmoured(SIGNED))
    blob[at // 8] ^= 1 << at % 8
    with pytest.raises(ApprovalError):
        verify(armoured(bytes(blob)), MESSAGE, public_line(KEY))


@given(cut=st.integers(0, len(unarmoured(SIGNED)) - 1), more=st.binary(min_size=1, max_size=9))
def test_a_signature_that_is_cut_or_has_bytes_after_its_end_is_refused(
    cut: int, more: bytes
) -> None:
    blob = unarmoured(SIGNED)
    for changed in (blob[:cut], blob + more):
        with pytest.raises(ApprovalError):
            verify(armoured(changed), MESSAGE, public_line(KEY))


def _framed(message: bytes, *, space: bytes = NAMESPACE.encode(), hashed: str = "sha512") -> bytes:
    value = hashlib.new(hashed, message).digest()
    return b"SSHSIG" + b"".join(map(string, (space, b"", hashed.encode(), value)))


def _whole(
    blob: bytes, made: bytes, *, version: int = 1, reserved: bytes = b"", hashed: str = "sha512"
) -> str:
    head = b"SSHSIG" + version.to_bytes(4, "big") + string(blob) + string(NAMESPACE.encode())
    return armoured(head + string(reserved) + string(hashed.encode()) + string(made))


@pytest.mark.parametrize(
    ("version", "reserved", "hashed"), [(2, b"", "sha512"), (1, b"x", "sha512"), (1, b"", "sha1")]
)
def test_a_good_signature_in_a_frame_that_is_not_known_is_refused(
    version: int, reserved: bytes, hashed: str
) -> None:
    blob = base64.b64decode(public_line(KEY).split()[1])
    made = string(b"ssh-ed25519") + string(KEY.sign(_framed(MESSAGE, hashed=hashed)))
    whole = _whole(blob, made, version=version, reserved=reserved, hashed=hashed)
    with pytest.raises(ApprovalError, match="not a usable SSH signature"):
        verify(whole, MESSAGE, public_line(KEY))


@pytest.mark.parametrize("private", [KEY, P256], ids=["ed25519", "p256"])
def test_bytes_that_follow_inside_a_good_signature_or_key_are_refused(private: PrivateKey) -> None:
    line, kind = public_line(private), public_line(private).split()[0]
    outer = Reader(unarmoured(sign(private, MESSAGE)))
    outer.raw(10)
    blob, *_, made = (outer.string() for _ in range(5))
    assert verify(_whole(blob, made), MESSAGE, line)
    with pytest.raises(ApprovalError, match="bytes follow"):
        verify(_whole(blob, made + b"x"), MESSAGE, line)
    longer = f"{kind} {base64.b64encode(blob + b'x').decode()}"
    with pytest.raises(ApprovalError, match="bytes follow"):
        verify(_whole(blob + b"x", made), MESSAGE, longer)


def test_an_rsa_signature_with_sha_1_is_refused() -> None:
    from cryptography.hazmat.primitives.asymmetric import padding

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    blob = base64.b64decode(public_line(key).split()[1])
    value = key.sign(_framed(MESSAGE), padding.PKCS1v15(), hashes.SHA1())
    with pytest.raises(ApprovalError, match="not taken"):
        verify(_whole(blob, string(b"ssh-rsa") + string(value)), MESSAGE, public_line(key))


def _security_key_body(flags: int, counter: int, application: bytes) -> bytes:
    return b"".join(
        (
            hashlib.sha256(application).digest(),
            bytes([flags]),
            counter.to_bytes(4, "big"),
            hashlib.sha256(_framed(MESSAGE)).digest(),
        )
    )


def _security_key(kind: str, flags: int, *, counter: int = 9) -> "tuple[str, str]":
    """Return enrolled line and signature as a security key with this firmware would make them."""
    body = _security_key_body(flags, counter, b"ssh:")
    if kind == "sk-ssh-ed25519@openssh.com":
        public = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        fields, value = string(public), KEY.sign(body)
    else:
        point = P256.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        r, s = decode_dss_signature(P256.sign(body, ec.ECDSA(hashes.SHA256())))
        fields, value = string(b"nistp256") + string(point), mpint(r) + mpint(s)
    blob = string(kind.encode()) + fields + string(b"ssh:")
    made = string(kind.encode()) + string(value) + bytes([flags]) + counter.to_bytes(4, "big")
    return f"{kind} {base64.b64encode(blob).decode()}", _whole(blob, made)


SECURITY_KEYS = ["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"]


@pytest.mark.parametrize("kind", SECURITY_KEYS)
@pytest.mark.parametrize("flags", [0x01, 0x05])
def test_a_touched_security_key_signs(kind: str, flags: int) -> None:
    line, armour = _security_key(kind, flags)
    assert verify(armour, MESSAGE, line) == fingerprint(line)
    with pytest.raises(ApprovalError):
        verify(armour, MESSAGE + b"x", line)


@pytest.mark.parametrize("kind", SECURITY_KEYS)
@pytest.mark.parametrize("flags", [0x00, 0x04])
def test_a_security_key_that_nobody_touched_is_refused(kind: str, flags: int) -> None:
    line, armour = _security_key(kind, flags)
    with pytest.raises(ApprovalError, match="nobody touched"):
        verify(armour, MESSAGE, line)


@pytest.mark.parametrize("kind", SECURITY_KEYS)
def test_a_touch_that_was_written_in_afterwards_is_refused(kind: str) -> None:
    line, armour = _security_key(kind, 0x00)
    blob = bytearray(unarmoured(armour))
    blob[-5] = 0x01
    with pytest.raises(ApprovalError, match="does not fit"):
        verify(armoured(bytes(blob)), MESSAGE, line)


def test_numbers_of_a_signature_have_one_form() -> None:
    for spare in (b"\x00\x01", b"\x80", b"\x00", b"", b"\x00\x00\x80"):
        with pytest.raises(ApprovalError):
            Reader(string(spare)).positive()
    assert Reader(mpint(128)).positive() == 128
    assert mpint(128) == b"\x00\x00\x00\x02\x00\x80"


def test_a_curve_that_is_not_taken_signs_nothing() -> None:
    with pytest.raises(ApprovalError, match="ed25519"):
        sign(ec.derive_private_key(7, ec.SECP384R1()), MESSAGE)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 !!!!",
        "ssh-rsa " + public_line(KEY).split()[1],
        'no-pty ssh-ed25519 "x"',
        "ssh-ed25519 AAAA",
    ],
)
def test_a_line_that_is_no_public_key_is_refused(line: str) -> None:
    with pytest.raises(ApprovalError, match="not a public key line"):
        fingerprint(line)
