"""A signature as text: armoured as OpenSSH writes it, or in one line for a form field.

Mail programs and forms break lines, join them, and add blanks. All that is read through here, in
the armour only: the signed statement itself counts byte by byte.
"""

import base64
import binascii

from incidents.approval.wire import MAX_BYTES, broken

BEGIN = "-----BEGIN SSH SIGNATURE-----"
END = "-----END SSH SIGNATURE-----"
LINE = 70  # OpenSSH's own width
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])


def one_line(armour: str) -> str:
    """Return a signature as one line of base64, for a form field."""
    return base64.b64encode(unarmoured(armour)).decode()


def from_one_line(text: str) -> str:
    """Return a signature pasted in one line, or in any lines, in OpenSSH's own armour."""
    return armoured(unarmoured(text))


def armoured(blob: bytes) -> str:
    """Return a signature's bytes in OpenSSH's armour."""
    packed = base64.b64encode(blob).decode()
    lines = [packed[i : i + LINE] for i in range(0, len(packed), LINE)]
    return "\n".join([BEGIN, *lines, END, ""])


def unarmoured(text: str) -> bytes:
    """Return a signature's bytes from its armour or its one-line form.

    Raises:
        ApprovalError: when it is too long, cut, or no base64 in its one form.
    """
    if len(text) > 2 * MAX_BYTES:
        raise broken("it is too long")
    packed = "".join(text.translate(_INVISIBLE).split())
    # Blanks are gone, so the two marker lines are looked for without theirs.
    begin, end = BEGIN.replace(" ", ""), END.replace(" ", "")
    if begin in packed or end in packed:
        before, _, rest = packed.partition(begin)
        packed, found, after = rest.partition(end)
        if before or not found or after:
            raise broken("its first or last line is missing, or other text stands around it")
    packed = packed.rstrip("=")
    try:
        blob = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise broken("it is not base64") from None
    if base64.b64encode(blob).decode().rstrip("=") != packed:
        raise broken("its last character is not one that base64 ends with")
    return blob
