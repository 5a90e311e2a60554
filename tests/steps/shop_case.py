"""A small invented shop with real database, keys and clock; made once, copied for each test."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from flows.demo.shop import build_shop, demo_report
from incidents.approval.ssh_signature import one_line, public_line, sign
from incidents.clock import FixedClock
from incidents.delivery.attempt import Channel
from incidents.delivery.channels.folder import FolderChannel
from incidents.delivery.sources.process import is_dead, this_process
from incidents.intake.breach_report import parse_report
from incidents.models.duty import DutyList
from incidents.models.report import BreachReport
from incidents.settings import Settings
from incidents.steps.approve_notices import Signed, sign_set, statement
from incidents.steps.check_installation import check_installation, reconcile
from incidents.steps.draft_notices import Drafted, draft_notices
from incidents.steps.find_data import find_data
from incidents.steps.import_inventory import import_inventory
from incidents.steps.list_duties import list_duties
from incidents.steps.open_case import open_case
from incidents.steps.send_set import send_set
from incidents.steps.show_case import SetView, show_case
from incidents.steps.size_scope import size_scope
from incidents.steps.weigh_risk import weigh_risk
from incidents.wiring import Workshop, open_workshop

PEOPLE = 200
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AUTHOR = "incident-analyst"
FIRST, SECOND, THIRD = "privacy-officer", "general-counsel", "children-officer"
KEYS: Mapping[str, Ed25519PrivateKey] = {
    name: Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)
    for n, name in enumerate((FIRST, SECOND, THIRD), 1)
}
"""Fixed keys, so that two installations can be held against each other to the byte."""
CN = "individuals-cn-minors-cn-ndsr-cn-pipl-cn-sz-data-org-promise"
EU = "individuals-cn-minors-cn-ndsr-cn-pipl-cn-sz-data-eu-gdpr-org-promise"
FILING = "authority-eu-gdpr"
CASE = "inc-2026-0001"

SPECIAL_PEOPLE = """\
x-alone,Kim Alone,2016-05-01,DE,,en,,account,
x-dead,Lou Late,1950-05-01,DE,,en,,deceased,
x-silent,Sam Silent,1980-05-01,DE,,en,,account,do_not_write
x-none,Nic Nowhere,1980-05-01,DE,,en,,account,
x-child,Cleo Ward,2016-05-01,DE,,en,x-guardian,account,
x-guardian,Gale Guard,1980-05-01,DE,,en,,account,
x-mail,Mia Mail,1980-05-01,DE,,en,,account,
x-call,Cal Caller,1980-05-01,DE,,en,,account,
x-letter,Leo Letters,1980-05-01,DE,,zh-Hans,,account,
x-pair-1,Pat Pair,1980-05-01,DE,,en,,account,
x-pair-2,Pim Pair,1980-05-01,DE,,en,,account,
"""
SPECIAL_CONTACTS = """\
x-guardian,email,gale@home.example,good
x-mail,email,mia@home.example,good
x-call,email,cal@home.example,good
x-call,phone,+49 30 000 0001,good
x-call,postal,"Musterweg 1, 10115 Berlin",good
x-letter,email,leo@home.example,good
x-letter,postal,"Musterweg 2, 10115 Berlin",good
x-pair-1,email,pair@home.example,good
x-pair-1,phone,+49 30 000 0002,good
x-pair-2,email,pair@home.example,good
"""
"""One person for each way that is rare in the crowd."""


@dataclass(frozen=True)
class House:
    """The shop's workshop, its clock, and the story of a case in single words."""

    shop: Workshop
    clock: FixedClock

    @property
    def settings(self) -> Settings:
        return self.shop.settings

    @property
    def today(self) -> date:
        zone = ZoneInfo(self.shop.inventory.inventory.organisation.zone)
        return self.clock.now().astimezone(zone).date()

    def report(self, **changes: Any) -> BreachReport:
        """Return the demo's report, with some of its top fields put in place of the shipped."""
        data = demo_report(NOW) | changes
        return parse_report(data, where="report", now=self.clock.now())

    def open(self, report: BreachReport | None = None) -> str:
        return open_case(self.shop.database, report or self.report(), actor=AUTHOR)

    def find(self, ref: str) -> None:
        find_data(
            self.shop.database,
            ref,
            self.shop.inventory.inventory,
            today=self.today,
            actor=AUTHOR,
        )

    def list_duties(self, ref: str) -> DutyList:
        return list_duties(self.shop.database, ref, self.shop.catalogue, actor=AUTHOR)

    def draft(self, ref: str) -> Drafted:
        return draft_notices(self.shop.database, ref, self.shop.words, settings=self.settings)

    def to_duties(self, ref: str) -> DutyList:
        """Take a case from its report to its duties."""
        self.find(ref)
        size_scope(self.shop.database, ref, on_day=self.today, actor=AUTHOR)
        weigh_risk(self.shop.database, ref, self.shop.scales, actor=AUTHOR)
        return self.list_duties(ref)

    def to_drafts(self, ref: str) -> Drafted:
        """Take a case from its report to its drafts."""
        self.to_duties(ref)
        return self.draft(ref)

    def sets(self, ref: str) -> dict[str, SetView]:
        return {one.key: one for one in show_case(self.shop.database, ref).sets}

    def line(self, ref: str, set_key: str, by: str) -> str:
        """Return a person's signature over the newest version of a set, in one line."""
        words = statement(self.shop.database, ref, set_key).text().encode()
        return one_line(sign(KEYS[by], words))

    def sign(self, ref: str, set_key: str, by: str) -> Signed:
        return sign_set(
            self.shop.database,
            ref,
            set_key,
            by=by,
            line=self.line(ref, set_key, by),
            settings=self.settings,
        )

    def approve(self, ref: str, *set_keys: str) -> None:
        """Have whoever must sign do so, for these sets or every drafted one."""
        drafted = [key for key, one in self.sets(ref).items() if one.state == "drafted"]
        for key in set_keys or drafted:
            self.sign(ref, key, FIRST)
            signed = self.sign(ref, key, SECOND)
            if signed.decision.missing_roles:
                signed = self.sign(ref, key, THIRD)
            assert signed.state == "approved"

    def send(self, ref: str, set_key: str, channel: Channel | None = None) -> dict[str, int]:
        """Send one set, by default into the folder `sent`."""
        return send_set(
            self.shop.database,
            ref,
            set_key,
            channel=channel or FolderChannel(self.sent),
            ring=self.shop.ring,
            settings=self.settings,
            owner=this_process(),
            owner_is_dead=is_dead,
            check_copy=lambda: check_installation(self.shop.database, self.shop.witness),
        )

    @property
    def sent(self) -> Path:
        return self.settings.home / "sent"

    def mails(self) -> dict[int, bytes]:
        """Return delivery id -> message of what was sent into the folder."""
        return {int(one.stem): one.read_bytes() for one in self.sent.glob("*.eml")}

    def sql(self, statement: str, **values: Any) -> list[Any]:
        """Run a statement behind the software's back, as a tamperer would."""
        with self.shop.database.engine.execution_options(write=True).begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def bytes_on_disk(self) -> bytes:
        """Return everything the home holds but the inventory it was given, as one long string."""
        files = [one for one in sorted(self.settings.home.rglob("*")) if one.is_file()]
        given = self.settings.inventory_folder
        return b"\n".join(one.read_bytes() for one in files if given not in one.parents)


def house(home: Path, *, database_url: str = "", people: int = PEOPLE) -> House:
    """Make the shop in a home and take its people into the database."""
    build_shop(
        home / "inventory",
        people=people,
        approver_keys=[public_line(key) for key in KEYS.values()],
        anchor=NOW.date(),
    )
    _add_special_people(home / "inventory")
    made = open_house(home, database_url=database_url)
    import_inventory(made.shop.database, made.shop.ring, made.shop.inventory, actor=AUTHOR)
    return made


def _add_special_people(folder: Path) -> None:
    ids = [line.split(",")[0] for line in SPECIAL_PEOPLE.splitlines()]
    links = "".join(f"{one},accounts,2025-06-01,2026-01-10\n" for one in ids)
    for name, lines in (
        ("people.csv", SPECIAL_PEOPLE),
        ("contacts.csv", SPECIAL_CONTACTS),
        ("links.csv", links),
    ):
        with (folder / name).open("a", encoding="utf-8", newline="") as file:
            file.write(lines)


def open_house(home: Path, *, database_url: str = "") -> House:
    clock = FixedClock(NOW)
    settings = Settings(home=home, actor=AUTHOR, database_url=database_url)
    return House(open_workshop(settings, clock), clock)


def copy_house(template: House, home: Path) -> House:
    """Copy a closed home; what is only read from the package is shared."""
    shutil.copytree(template.settings.home, home)
    made = open_house(home)
    shared = ("catalogue", "words", "scales", "inventory")
    made.shop.__dict__.update({name: getattr(template.shop, name) for name in shared})
    # A copied home must not send until a named person says that it may.
    reconcile(made.shop.database, made.shop.witness, by="tester", reason="copied on purpose")
    return made


@pytest.fixture(scope="session")
def empty_template(tmp_path_factory: pytest.TempPathFactory) -> House:
    made = house(tmp_path_factory.mktemp("template") / "home")
    made.shop.database.engine.dispose()
    return made


@pytest.fixture(scope="session")
def drafted_template(tmp_path_factory: pytest.TempPathFactory, empty_template: House) -> House:
    made = copy_house(empty_template, tmp_path_factory.mktemp("drafted") / "home")
    made.to_drafts(made.open())
    made.shop.database.engine.dispose()
    return made


@pytest.fixture
def shop(tmp_path: Path, empty_template: House) -> Iterator[House]:
    """The shop with its people and no case."""
    made = copy_house(empty_template, tmp_path / "home")
    yield made
    made.shop.database.engine.dispose()


@pytest.fixture
def drafted(tmp_path: Path, drafted_template: House) -> Iterator[House]:
    """The shop with one case, `inc-2026-0001`, drafted and signed by nobody."""
    made = copy_house(drafted_template, tmp_path / "home")
    yield made
    made.shop.database.engine.dispose()
