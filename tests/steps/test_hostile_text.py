"""Text stays text: whatever stands in a name, an address, the organisation or a report."""

import csv
import json
import os
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from flows.demo.shop import demo_report
from flows.files import write_drafts, write_lists
from incidents.drafting.holes import PersonValues, Rendered, render_person
from incidents.errors import DraftingError, ForthwithError
from incidents.intake.breach_report import parse_report
from incidents.models.inventory import Inventory, Organisation
from incidents.models.notice import MessageClass
from incidents.steps.draft_notices import draft_notices
from incidents.steps.find_data import find_data
from incidents.steps.list_duties import list_duties
from incidents.steps.person_mail import PersonMail
from incidents.steps.person_words import Addressed, PersonWords
from incidents.steps.show_case import case_finding, case_sets
from incidents.steps.size_scope import size_scope
from incidents.steps.weigh_risk import weigh_risk
from tests.steps.shop_case import AUTHOR, CASE, CN, EU, NOW, House
from tests.support.mailserver import running_mailserver
from tests.support.sending import channel_to

HOSTILE = [
    "Eve\r\nBcc: all@evil.example",
    "Eve\nX-Evil: 1\n\n<p>body</p>",
    "Eve\u2028Bcc: all@evil.example",
    "=?utf-8?q?Eve=0d=0aBcc:_all@evil.example?=",
    "{{7*7}}",
    "{% for x in ().__class__.__mro__ %}{{x}}{% endfor %}",
    "${7*7} #{7*7} <%= 7*7 %> %(code)s {code}",
    "⟦code⟧ ⟦name:you⟧ ⟦when⟧",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</p></td></table><iframe src=//evil.example>",
    "<!-- --><style>*{display:none}</style>",
    "&lt;b&gt; &#x3c;b&#x3e;",
    "\u202egnp.exe\u2066 Eve \u200f\u200b\ufeff",
    "Eve\x00l \x1b[2J \x07\x08",
    "W" * 300,
    "Z\u0335\u0322" + "\u0358" * 120 + "algo",
    '=HYPERLINK("https://evil.example";"Eve")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "＝1+1",
    "👨\u200d👩\u200d👧\u200d👦 🏴\u200d☠️",
    "محمد بن عبد الله",
    "https://evil.example/reset?x=1",
    "eve@evil.example",
    "'; DROP TABLE person; --",
    "Eve, <all@evil.example>",
    '"Eve" <all@evil.example>;',
    "javascript:alert(1)",
]
BIDI = {chr(n) for n in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F)}


class _Shape(HTMLParser):
    """Collects the tree of a page without its words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tree: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.tree.append(f"<{tag} {sorted(name for name, _ in attrs)}>")
        self.tree += [f"{name}={value}" for name, value in attrs if name in {"href", "src"}]

    def handle_endtag(self, tag: str) -> None:
        self.tree.append(f"</{tag}>")

    def handle_comment(self, data: str) -> None:  # noqa: ARG002  # the parser's name
        self.tree.append("<!---->")


def shape(html: str) -> list[str]:
    made = _Shape()
    made.feed(html)
    made.close()
    return made.tree


def parsed(message: bytes) -> EmailMessage:
    read = message_from_bytes(message, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def headers(message: EmailMessage) -> list[str]:
    return [name for part in message.walk() for name in part.keys()]  # noqa: SIM118  # repeats count


def sent_by_class(house: House) -> Iterator[tuple[str, str, str, EmailMessage]]:
    """Yield class, name, address and message of every mail."""
    rows = house.sql(
        "SELECT id, set_key, class_key, name, address FROM delivery WHERE state = 'handed_over'"
    )
    mails = house.mails()
    assert len(rows) == len(mails)
    for number, set_key, class_key, name, address in rows:
        yield f"{set_key} {class_key}", name, address, parsed(mails[number])


@pytest.fixture(scope="module")
def harmless_shapes(drafted_template: House) -> dict[str, list[str]]:
    """Return class -> tree of the HTML that its people get."""
    return {
        f"{body_.key} {one.key}": shape(render(one, "Kim").html)
        for body_ in case_sets(drafted_template.shop.database, CASE)
        for one in body_.classes
        if one.html
    }


def render(message: MessageClass, name: str) -> Rendered:
    person = PersonValues(name=name, child=name, code="ABCD-EFGH", address="A Road 1")
    return render_person(message, person)


@pytest.fixture
def infested(shop: House) -> House:
    """The shop, in which every name and postal address is hostile, drafted."""
    words = cycle(HOSTILE)
    people = shop.sql("SELECT person_id FROM person ORDER BY person_id")
    with shop.shop.database.engine.execution_options(write=True).begin() as connection:
        for (person,) in people:
            values = {"name": next(words), "id": person}
            for statement in (
                "UPDATE person SET name = :name WHERE person_id = :id",
                "UPDATE contact SET value = :name WHERE person_id = :id AND kind = 'postal'",
            ):
                connection.exec_driver_sql(statement, values)
    shop.to_drafts(shop.open())
    return shop


def test_no_name_injects_a_header_a_tag_or_an_expression_into_a_mail(
    infested: House, harmless_shapes: dict[str, list[str]]
) -> None:
    infested.approve(CASE)
    for key in infested.sets(CASE):
        infested.send(CASE, key)
    assert infested.sql("SELECT COUNT(*) FROM delivery WHERE state = 'refused'") == [(0,)]
    usual: list[str] = []
    names = set()
    for kind, name, address, message in sent_by_class(infested):
        usual = usual or headers(message)
        assert headers(message) == usual
        [to] = message["To"].addresses
        assert to.addr_spec.rpartition("@")[0] == address.rpartition("@")[0]
        text, html = body(message, "plain"), body(message, "html")
        assert shape(html) == harmless_shapes[kind]
        shown = text + html + str(message["To"]) + str(message["Subject"])
        assert not BIDI & set(shown)
        assert not {"⟦", "⟧", "\x00", "\x1b"} & set(shown)
        assert "evil.example/" not in text.replace("all@evil.example", "")
        names.add(name)
    assert names >= {one.strip() for one in HOSTILE if "{" in one}


def test_an_expression_stands_in_the_text_as_it_was_written(infested: House) -> None:
    infested.approve(CASE, CN)
    infested.send(CASE, CN)
    found = [body(m, "plain") for _, name, _, m in sent_by_class(infested) if name == "{{7*7}}"]
    assert found
    assert all("{{7*7}}" in one for one in found)


def test_no_cell_of_a_list_is_a_formula_and_each_task_is_one_row(infested: House) -> None:
    infested.approve(CASE)
    for key in infested.sets(CASE):
        infested.send(CASE, key)
    tasks = infested.sql("SELECT COUNT(*) FROM delivery WHERE state = 'listed'")[0][0]
    seen = 0
    for path in write_lists(infested.shop, CASE, infested.settings.out):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                seen += 1
                assert None not in row
                for cell in row.values():
                    assert cell[:1] not in set("=+-@\t\r|%＝＋－＠")
                    assert not {"\n", "\r", "\x00", "\u2028"} & set(cell)
    assert seen == tasks > 5
    letters = list(infested.settings.out.rglob("letters/*.html"))
    assert letters
    assert not any("<script>" in one.read_text(encoding="utf-8") for one in letters)


def test_an_address_that_would_inject_a_command_reaches_no_relay(
    tmp_path: Path, shop: House
) -> None:
    evil = [
        "mia@home.example\r\nRCPT TO:<all@evil.example>",
        "mia@home.example> <all@evil.example",
        "mia@home.example, all@evil.example",
        '"mia\r\n"@home.example',
        "mia@home.example\x00@evil.example",
        "@evil.example:mia@home.example",
    ]
    people = shop.sql(
        "SELECT person_id FROM contact WHERE kind = 'email' AND person_id LIKE 'c%' "
        "ORDER BY person_id LIMIT :n",
        n=len(evil),
    )
    for (person,), address in zip(people, evil, strict=True):
        shop.sql(
            "UPDATE contact SET value = :v WHERE kind = 'email' AND person_id = :p",
            v=address,
            p=person,
        )
    shop.to_drafts(shop.open())
    shop.approve(CASE)
    with running_mailserver(tmp_path / "mail") as server:
        for key in shop.sets(CASE):
            shop.send(CASE, key, channel_to(server.port))
        received = [one.recipient for one in server.received()]
    assert received
    assert not [one for one in received if "evil" in one or "|" in one]
    rows = shop.sql("SELECT state, reason FROM delivery WHERE address LIKE '%evil.example%'")
    assert {tuple(row) for row in rows} <= {("refused", "not-composed"), ("standby", "")}


FIELDS = ("legal_name", "trading_name", "postal_address", "phone", "court")


def with_words(inventory: Inventory, word: str) -> Inventory:
    """Return the inventory with one text in every free field of the organisation and stores."""
    organisation = inventory.organisation
    data: dict[str, Any] = organisation.model_dump() | dict.fromkeys(FIELDS, word)
    data["officers"] = {
        key: one.model_dump() | {"title": word} for key, one in organisation.officers.items()
    }
    data["representatives"] = dict.fromkeys(organisation.representatives, word)
    stores = [one.model_copy(update={"name": word}) for one in inventory.stores]
    return Inventory(organisation=Organisation.model_validate(data), stores=stores)


def shapes_of_drafts(house: House, word: str) -> dict[str, list[str]]:
    database, shop = house.shop.database, house.shop
    inventory = with_words(shop.inventory.inventory, word)
    ref = house.open()
    find_data(database, ref, inventory, today=house.today, actor=AUTHOR)
    size_scope(database, ref, on_day=house.today, actor=AUTHOR)
    weigh_risk(database, ref, shop.scales, actor=AUTHOR)
    list_duties(database, ref, shop.catalogue, actor=AUTHOR)
    draft_notices(database, ref, shop.words, settings=house.settings)
    made = {}
    for one in case_sets(database, ref):
        for each in one.classes:
            assert not BIDI & set(each.subject + each.text + each.html)
            assert "\n" not in each.subject
            made[f"{one.key} {each.key}"] = shape(each.html)
        for paper in one.papers:
            assert not BIDI & set(paper.title + paper.text)
            assert paper.title.isprintable()
            assert paper.kind in {"faq", "press"} or paper.text.isprintable()
        for filing in one.filings:
            json.dumps(filing.fields)
            assert not BIDI & set(filing.letter)
    return made


@pytest.mark.parametrize(
    "word",
    [
        "<script>alert(1)</script>",
        "Eve\r\nBcc: all",
        "⟦code⟧",
        "\u202eEve \x00\x1b[2J",
        "W" * 300,
        "=1+1",
    ],
)
def test_no_word_of_the_organisation_changes_the_shape_of_a_notice(
    shop: House, harmless_shapes: dict[str, list[str]], word: str
) -> None:
    made = shapes_of_drafts(shop, word)
    assert {key: tree for key, tree in made.items() if not key.endswith(".call")} == harmless_shapes


@pytest.mark.parametrize("word", ["{{7*7}} {% x %}", '"><img src=x onerror=alert(1)>'])
def test_an_organisation_named_like_code_is_refused_before_anything_is_drafted(
    shop: House, word: str
) -> None:
    with pytest.raises(DraftingError) as refusal:
        shapes_of_drafts(shop, word)
    assert refusal.value.where
    assert refusal.value.repair
    assert word not in str(refusal.value)
    assert shop.sets(CASE) == {}


def test_no_prose_of_a_report_leaves_the_case_file(shop: House) -> None:
    canary = "narrative-canary <script>{{7*7}}</script>\r\nBcc: all@evil.example"
    data = demo_report(NOW)
    data |= {"reported_by": canary, "channel": canary}
    data["claim"] |= {"narrative": canary}
    data["claim"]["stores"].append({"store": "orders <script>{{7*7}}</script>\r\nX: 1"})
    data["timeline"]["aware"] |= {"note": canary}
    ref = shop.open(parse_report(data, where="report", now=NOW))
    shop.to_drafts(ref)
    strange = list(case_finding(shop.shop.database, ref).contradictions)
    assert strange
    for path in write_drafts(shop.shop, ref, shop.settings.out / "drafts"):
        if path.suffix == ".pdf":
            text = "".join(page.extract_text() for page in PdfReader(path).pages)
        else:
            text = path.read_text(encoding="utf-8")
        assert "canary" not in text
        assert "<script>" not in text
    chain = "".join(row.body for row in shop.shop.database.audit_rows())
    assert "canary" not in chain


@pytest.mark.parametrize("word", HOSTILE)
def test_a_report_with_a_hostile_word_in_a_closed_field_is_refused_by_name(word: str) -> None:
    data = demo_report(NOW)
    data["claim"]["cause"] = word
    with pytest.raises(ForthwithError) as refusal:
        parse_report(data, where="report.yaml", now=NOW)
    assert "claim.cause" in str(refusal.value)
    assert refusal.value.repair
    assert word not in str(refusal.value)


def listed_strings() -> list[str]:
    folder = Path(os.environ.get("FORTHWITH_TEST_DATA", "")) / "hostile"
    if not os.environ.get("FORTHWITH_TEST_DATA") or not folder.is_dir():
        pytest.skip("FORTHWITH_TEST_DATA names no folder with `hostile/`: only our own list ran")
    lines = [str(one) for one in json.loads((folder / "blns.json").read_text(encoding="utf-8"))]
    for path in sorted(folder.glob("*.txt")):
        lines += path.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines


def test_no_published_hostile_string_changes_a_message(drafted: House) -> None:
    strings = listed_strings()
    sets = {one.key: one for one in case_sets(drafted.shop.database, CASE)}
    organisation = drafted.shop.inventory.inventory.organisation
    mail = PersonMail(PersonWords(CASE, 1, sets[EU], drafted.shop.ring), organisation, NOW)
    kind = next(one.key for one in sets[EU].classes if one.key.endswith(".email"))

    def composed(name: str) -> EmailMessage:
        person = Addressed("p1", name, name)
        return parsed(mail.message(kind, person, "mia@home.example")[1])

    usual = composed("Kim")
    tree, names = shape(body(usual, "html")), headers(usual)
    for one in strings:
        made = composed(one)
        assert headers(made) == names, one
        assert [a.addr_spec for a in made["To"].addresses] == ["mia@home.example"], one
        assert shape(body(made, "html")) == tree, one
    assert len(strings) > 1000
