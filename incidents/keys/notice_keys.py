"""Makes what goes into each person's copy of one notice: the code they check, the Message-ID."""

from incidents.keys.key import Key
from incidents.keys.notice_code import PROOF_BITS, TAG_BITS, code_of, first_bits


class NoticeKeys:
    """Codes and tokens of one version of a set.

    Args:
        newest: The key codes are made with.
        first: The first key there was: what stands in a Message-ID survives a rotation.
        case_ref: Case.
        set_key: Set.
        version: Version of the set.
    """

    def __init__(self, newest: Key, first: Key, case_ref: str, set_key: str, version: int) -> None:
        self._whose = newest.macs("notice", case_ref, set_key, str(version))
        self._token = first.macs("message", case_ref, set_key, str(version))
        self._key, self._case_ref = newest, case_ref
        self._codes: dict[int, str] = {}
        """Tag -> code: there are 8,192, so a large set makes each once."""

    def code(self, person_id: str) -> str:
        """Return one person's code, such as `K7QM-2F4T-9D`."""
        tag = first_bits(self._whose(person_id), TAG_BITS)
        code = self._codes.get(tag)
        if code is None:
            proof = int.from_bytes(proof_of(self._key, self._case_ref, tag), "big")
            self._codes[tag] = code = code_of(tag, proof)
        return code

    def token(self, person_id: str) -> str:
        """Return what stands for one person in a Message-ID, 32 hex digits."""
        return self._token(person_id)[:16].hex()


def proof_of(key: Key, case_ref: str, tag: int) -> bytes:
    """Return the part of a code that proves its case."""
    return key.mac("case", case_ref, str(tag))[: PROOF_BITS // 8]
