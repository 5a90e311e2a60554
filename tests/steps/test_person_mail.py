"""A mail spliced from prebuilt bytes says, to a mail program, what the full render says."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.drafting.holes import PersonValues, render_person
from incidents.steps.person_mail import PersonMail
from incidents.steps.person_words import Addressed, PersonWords
from incidents.store import notices
from tests.steps.shop_case import CASE, NOW, House

NAMES = st.one_of(
    st.text(max_size=150),
    st.text(". =<>&\"'@é王🦊\u202e\u0301\n⟦⟧", max_size=80),
    st.integers(70, 80).map(lambda n: "w" * n),
)


def said(mail: bytes, kind: str) -> str:
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body((kind,))
    assert part is not None
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().replace("\r\n", "\n").rstrip("\n")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=NAMES, about=NAMES, offer=st.text(max_size=30), pick=st.integers(0, 10_000))
def test_any_person_gets_the_full_render(
    drafted: House, name: str, about: str, offer: str, pick: int
) -> None:
    shop = drafted.shop
    with shop.database.read() as work:
        bodies = [notices.notice_set(row) for row in notices.set_rows(work, CASE)]
    classes = [(body, one) for body in bodies for one in body.classes if one.key.endswith(".email")]
    body, one = classes[pick % len(classes)]
    words = PersonWords(CASE, 1, body, shop.ring)
    mail = PersonMail(words, shop.inventory.inventory.organisation, NOW)
    person = Addressed("p1", name, about, offer=offer)
    _, raw = mail.message(one.key, person, "ada@people.example")
    values = PersonValues(name=name, child=about, code=words.code("p1"), offer=offer)
    full = render_person(one, values)
    assert said(raw, "plain") == full.text.rstrip("\n")
    assert said(raw, "html") == full.html.rstrip("\n")
    assert str(message_from_bytes(raw, policy=policy.default)["Subject"]) == full.subject
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(line.startswith(b".") or b"\n" in line or b"\r" in line for line in lines)
