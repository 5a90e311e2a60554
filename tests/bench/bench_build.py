"""One person's e-mail: from name, code and address to bytes for the wire.

    uv run python -m tests.bench.bench_build [--quick] [--json FILE]

The words are real notices of the demo's shop in four languages. Contenders, in one run:

ours       the step's own way: values into prebuilt bytes, codes and Message-ID made each time
spliced    the same without making codes: values into prebuilt bytes alone
library    the class rendered by Jinja2, then EmailMessage and its bytes (policy SMTP)
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from incidents.delivery.compose import Cut, MailPlan
from incidents.delivery.headers import Mailbox
from incidents.drafting.holes import TOKEN, pieces
from incidents.models.notice import MessageClass, NoticeSet
from incidents.steps.person_mail import PersonMail
from incidents.steps.person_words import Addressed, PersonWords
from incidents.store import notices
from tests.steps.shop_case import CASE, NOW, House, house

NAMES = ("Ada Lovelace", "王小明", "Jürgen Groß", "山田 太郎")


def drafted(home: Path) -> tuple[House, NoticeSet]:
    """Return the shop with a drafted case, and all its notices to people as one set."""
    shop = house(home)
    shop.to_drafts(shop.open())
    with shop.shop.database.read() as work:
        sets = [notices.notice_set(row) for row in notices.set_rows(work, CASE)]
    classes = [message for one in sets for message in one.classes]
    return shop, sets[0].model_copy(update={"key": "all", "classes": classes})


def chosen(body: NoticeSet) -> list[MessageClass]:
    """Return the longest e-mail class of each language."""
    by_locale: dict[str, MessageClass] = {}
    for one in sorted(body.classes, key=lambda one: -len(one.html)):
        if one.key.endswith(".email"):
            by_locale.setdefault(one.locale, one)
    return list(by_locale.values())


def ours(shop: House, body: NoticeSet, classes: list[MessageClass]) -> Callable[[int], bytes]:
    """Return the way a message is made when it is sent."""
    organisation = shop.shop.inventory.inventory.organisation
    mail = PersonMail(PersonWords(CASE, 1, body, shop.shop.ring), organisation, NOW)

    def make(n: int) -> bytes:
        person = Addressed(f"p{n}", NAMES[n % 4])
        return mail.message(classes[n % len(classes)].key, person, f"p{n}@people.example")[1]

    return make


def spliced(classes: list[MessageClass]) -> Callable[[int], bytes]:
    """Return the prebuilt message alone."""
    shop = Mailbox("Example Shop", "notice@shop.example")
    plans = [
        MailPlan(Cut(pieces(one.subject), pieces(one.text), pieces(one.html)),
                 sender=shop, reply_to=shop, date=NOW)
        for one in classes
    ]  # fmt: skip

    def make(n: int) -> bytes:
        values = {"name": NAMES[n % 4], "code": "K7QM-2F4T-9D", "child": ""}
        return plans[n % len(plans)].message(
            to_name=NAMES[n % 4],
            to_address=f"p{n}@people.example",
            message_id=f"<{n:032}@shop.example>",
            values=values,
            escaped=values,
        )

    return make


def library(classes: list[MessageClass]) -> Callable[[int], bytes]:
    """Return what one would write with the libraries alone; templates are compiled once."""
    made = [
        [
            ImmutableSandboxedEnvironment(autoescape=kind == "html", undefined=StrictUndefined)
            .from_string(TOKEN.sub(lambda hole: "{{ " + hole[1] + " }}", getattr(one, kind)))
            for kind in ("subject", "text", "html")
        ]
        for one in classes
    ]  # fmt: skip

    def make(n: int) -> bytes:
        values = {"name": NAMES[n % 4], "code": "K7QM-2F4T-9D", "child": ""}
        subject, text, html = (one.render(**values) for one in made[n % len(made)])
        message = EmailMessage(policy=SMTP)
        message["From"] = "Example Shop <notice@shop.example>"
        message["To"] = f"{NAMES[n % 4]} <p{n}@people.example>"
        message["Subject"] = subject
        message["Message-ID"] = f"<{n:032}@shop.example>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        return message.as_bytes()

    return make


def microseconds(make: Callable[[int], bytes], number: int) -> float:
    """Return the time one message takes."""
    make(0)
    began = time.perf_counter()
    for n in range(number):
        make(n)
    return (time.perf_counter() - began) / number * 1e6


def main() -> None:
    """Measure, and print microseconds a message and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few hundred messages")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shop, body = drafted(Path(folder) / "home")
        classes = chosen(body)
        ways = {
            "ours": (ours(shop, body, classes), 20_000),
            "spliced": (spliced(classes), 20_000),
            "library": (library(classes), 800),
        }
        for way, _ in ways.values():
            for n in range(len(classes)):
                way(n)  # whatever is prepared once
        runs: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(1 if given.quick else 5):
            for name, (way, number) in ways.items():
                runs[name].append(microseconds(way, number // 10 if given.quick else number))
        size = statistics.mean(len(ways["ours"][0](n)) for n in range(len(classes)))
        shop.shop.database.engine.dispose()
    medians = {name: statistics.median(times) for name, times in runs.items()}
    print(f"{len(classes)} languages, {size:,.0f} bytes a message")
    for name, median in medians.items():
        print(f"{name:8} {median:9,.1f} us a message  ({min(runs[name]):,.1f} best)")
    for name in ("ours", "spliced"):
        print(f"{name} is {medians['library'] / medians[name]:.0f} times as fast as library")
    if given.json:
        given.json.write_text(json.dumps({"bytes": size, "microseconds": runs}, indent=2))


if __name__ == "__main__":
    main()
