"""What is prebuilt and filled in reads, once parsed, exactly as if it had been written whole."""

from base64 import b64decode
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from quopri import decodestring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.delivery.compose import Cut, MailPlan
from incidents.delivery.headers import Mailbox
from incidents.delivery.transfer import Base64, Place, Quoted, body_of, quoted_value
from tests.unit.delivery.test_compose import AT, SHOP

WORDS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=300),
    st.text('ab .=\n\t<&"é王🦊', max_size=300),
    st.integers(60, 90).map(lambda n: "x" * n),
)
VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120),
    st.text(". =é王a", max_size=120),
    st.integers(70, 80).map(lambda n: "v" * n),
)


def whole(pieces: list[str], values: dict[str, str]) -> str:
    said = pieces[0]
    for at in range(1, len(pieces), 3):
        said += (values[pieces[at]] or pieces[at + 1]) + pieces[at + 2]
    return said.replace("\r\n", "\n").replace("\r", "\n")


@st.composite
def cut_texts(draw: st.DrawFn) -> tuple[list[str], dict[str, str]]:
    pieces = [draw(WORDS)]
    for _ in range(draw(st.integers(0, 5))):
        pieces += [draw(st.sampled_from(["a", "b"])), draw(VALUES), draw(WORDS)]
    return pieces, {"a": draw(VALUES), "b": draw(VALUES)}


@settings(max_examples=600, deadline=None)
@given(cut_texts(), st.sampled_from([Quoted, Base64]))
def test_each_encoding_gives_back_the_text_and_keeps_its_lines_in_bounds(
    given_: tuple[list[str], dict[str, str]], kind: type[Quoted] | type[Base64]
) -> None:
    pieces, values = given_
    words = [one.replace("\r", "\n") for one in pieces[::3]]
    words[-1] += "\n"
    places = [Place(pieces[at], pieces[at + 1]) for at in range(1, len(pieces), 3)]
    filled = kind([one.encode() for one in words], places).fill(values)
    assert filled.endswith(b"\r\n")
    lines = filled.split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert not any(line.startswith(b".") for line in lines)
    assert not any(line.endswith((b" ", b"\t")) for line in lines)
    assert not any(sign in line for line in lines for sign in (b"\r", b"\n"))
    decoded = decodestring(filled) if kind is Quoted else b64decode(filled)
    expected = whole([*pieces[:-1], pieces[-1] + "\n"], values)
    assert decoded.decode().replace("\r\n", "\n") == expected


@settings(max_examples=300, deadline=None)
@given(cut_texts(), cut_texts(), st.text("Adaé王 =?", max_size=30))
def test_a_whole_message_parses_to_the_full_text(
    text: tuple[list[str], dict[str, str]],
    html: tuple[list[str], dict[str, str]],
    name: str,
) -> None:
    values = text[1]
    escaped = {word: escape(value) for word, value in values.items()}
    plan = MailPlan(
        Cut(("About your data",), text[0], html[0]), sender=SHOP, reply_to=SHOP, date=AT
    )
    raw = plan.message(
        to_name=name,
        to_address="ada@people.example",
        message_id="<a@shop.example>",
        values=values,
        escaped=escaped,
    )
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    for kind, (pieces, filled) in {"plain": (text[0], values), "html": (html[0], escaped)}.items():
        part = message.get_body((kind,))
        assert part is not None
        said = part.get_payload(decode=True)
        assert isinstance(said, bytes)
        full = whole(pieces, filled).rstrip("\n")
        assert said.decode().replace("\r\n", "\n").rstrip("\n") == full
    assert not [line for line in raw.split(b"\r\n") if line.startswith(b".") or len(line) > 78]


def test_a_subject_takes_values_too() -> None:
    plan = MailPlan(
        Cut(("About ", "name", "your data", ""), ("text",), ("<p>",)),
        sender=SHOP,
        reply_to=Mailbox("", SHOP.address),
        date=AT,
    )
    for name, subject in {"Ada": "About Ada", "": "About your data", "王": "About 王"}.items():
        raw = plan.message(
            to_name="",
            to_address="ada@people.example",
            message_id="<a@shop.example>",
            values={"name": name},
            escaped={"name": name},
        )
        assert str(message_from_bytes(raw, policy=policy.default)["Subject"]) == subject


def test_the_shorter_encoding_is_chosen() -> None:
    assert body_of(("plain words of some length, Größe",), where="text").name == "quoted-printable"
    assert body_of(("关于您的个人信息",), where="text").name == "base64"


@pytest.mark.parametrize(
    ("value", "said"),
    [("Ada", b"Ada"), (".", b"=2E"), ("a ", b"a=20"), ("=", b"=3D"), ("A\nB", b"A\r\nB")],
)
def test_a_value_may_begin_and_end_a_line(value: str, said: bytes) -> None:
    assert quoted_value(value) == said


def test_a_lone_line_end_cannot_smuggle_a_second_message() -> None:
    evil = "hello\n.\nMAIL FROM:<evil@x.example>\r.\r\nend\n.\r\n"
    plan = MailPlan(Cut(("a",), (evil,), (evil,)), sender=SHOP, reply_to=SHOP, date=AT)
    raw = plan.message(
        to_name="",
        to_address="ada@people.example",
        message_id="<a@shop.example>",
        values={},
        escaped={},
    )
    assert not [line for line in raw.split(b"\n") if line.startswith(b".")]
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
