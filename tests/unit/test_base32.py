"""Base 32 as the library writes it, but quickly."""

from base64 import b32encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.base32 import base32


@given(st.binary(max_size=40))
def test_it_is_the_librarys_in_lower_case(data: bytes) -> None:
    whole = data[: len(data) // 5 * 5]
    assert base32(whole) == b32encode(whole).decode().lower()


def test_what_would_need_padding_is_refused() -> None:
    with pytest.raises(ValueError, match="whole groups"):
        base32(b"abcd")
