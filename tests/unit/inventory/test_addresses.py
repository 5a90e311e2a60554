"""Mailboxes that can be written to, and those that cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.inventory.addresses import usable_email


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        ("li.wei+shop@Mail.Example", "li.wei+shop@mail.example"),
        ("o'rourke@mail.example", "o'rourke@mail.example"),
        ("käthe@mail.example", "käthe@mail.example"),
        ("王@mail.example", "王@mail.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a" * 64 + "@mail.example", "a" * 64 + "@mail.example"),
    ],
)
def test_a_mailbox_is_given_as_the_wire_wants_it(value: str, wire: str) -> None:
    assert usable_email(value) == wire


@pytest.mark.parametrize(
    "value",
    [
        "",
        "@",
        "li",
        "li@",
        "@mail.example",
        "li@@mail.example",
        "li@mail@mail.example",
        "li@mail",
        "li@.example",
        "li@mail..example",
        "li@-mail.example",
        "li@mail_box.example",
        "li@[192.0.2.1]",
        "li@192.0.2.1",
        "li@mail.invalid",
        "li@xn--\u00fc.example",
        "li@ab--c.example",
        ".li@mail.example",
        "li.@mail.example",
        "l..i@mail.example",
        "l i@mail.example",
        '"l i"@mail.example',
        "Li <li@mail.example>",
        "<li@mail.example>",
        "li@mail.example\r\nBcc: x@mail.example",
        "li\x00@mail.example",
        "li\u202e@mail.example",
        "li\u200b@mail.example",
        "<\u0338li@mail.example",
        "li@mail.example ",
        "a" * 65 + "@mail.example",
        "王" * 22 + "@mail.example",
        "a@" + "a" * 64 + ".example",
        "a@" + ".".join(["b" * 60] * 5) + ".example",
        "=cmd|x@mail.example,y@mail.example",
    ],
)
def test_what_cannot_be_a_customers_mailbox_is_not_usable(value: str) -> None:
    assert usable_email(value) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_usable_mailbox_never_carries_what_ends_a_header_or_a_path(left: str, right: str) -> None:
    wire = usable_email(f"{left}@{right}.example") or "a@mail.example"
    assert wire.count("@") == 1
    assert not set(wire) & set('\r\n\x00<>,;:" \t()[]\\')
    assert wire.rpartition("@")[2].isascii()


@given(st.from_regex(r"[a-z]{1,10}(\.[a-z]{1,10})?@[a-z]{1,20}\.example", fullmatch=True))
def test_what_is_usable_stays_the_same_when_read_again(value: str) -> None:
    wire = usable_email(value)
    assert wire is not None
    assert usable_email(wire) == wire
