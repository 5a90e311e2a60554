"""Sends a drafted message to somebody of the house, to be looked at in a real mail program."""

import asyncio
from html import escape

from incidents.delivery.attempt import Answer, Channel, Envelope, Few
from incidents.delivery.compose import Rendered, compose, message_id
from incidents.delivery.headers import Mailbox
from incidents.drafting.holes import PersonValues, render_person
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words
from incidents.errors import DeliveryError, InvalidInputError, NotFoundError
from incidents.models.inventory import Inventory
from incidents.models.notice import MessageClass
from incidents.settings import Settings
from incidents.store import cases, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database

INVENTED = PersonValues(
    name="Alex Example",
    child="Kim Example",
    code="0000-0000-00",
    address="Example Street 1",
    offer="EXAMPLE-0000",
)
ACCEPTED = 250


def send_trial(
    database: Database,
    ref: str,
    set_key: str,
    class_key: str,
    words: Words,
    *,
    to: str,
    channel: Channel,
    settings: Settings,
) -> str:
    """Send one class of the newest draft to an address of the house; return its subject.

    The message says at its top that it is a test. It holds an invented name and code, nobody's
    own, and stands in no ledger.

    Args:
        database: Where the case lies.
        ref: The case.
        set_key: The set.
        class_key: A class of it that goes by e-mail.
        words: Say the banner.
        to: One of `settings.trial_addresses`.
        channel: The way mail goes.
        settings: Which addresses are allowed.

    Raises:
        InvalidInputError: for an address that is not allowed.
        NotFoundError: when the set has no such class.
        DeliveryError: when the relay does not take it.
    """
    if to not in settings.trial_addresses:
        raise InvalidInputError(
            "is no address that drafts may be sent to",
            where="--to",
            repair="name it in FORTHWITH_TRIAL_ADDRESSES",
        )
    with database.write(settings.actor) as work:
        row = notices.set_row(work, ref, set_key)
        by_key = {one.key: one for one in notices.notice_set(row).classes}
        mails = [key for key in by_key if key.endswith(".email")]
        if class_key not in mails:
            raise NotFoundError(
                f"has no e-mail class {class_key!r}",
                where=f"{ref} {set_key} v{row.version}",
                repair=f"one of: {', '.join(mails) or 'none'}",
            )
        inventory = cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)
        identity = inventory.organisation.notices
        said = _marked(by_key[class_key], words)
        message = compose(
            said,
            sender=Mailbox(inventory.organisation.trading_name, identity.sender),
            reply_to=Mailbox("", identity.reply_to or identity.sender),
            to_name="",
            to_address=to,
            message_id=message_id(
                ref, f"{set_key}/{class_key}", row.version, work.now.isoformat(),
                identity.sender.rpartition("@")[2],
            ),
            date=work.now,
        )  # fmt: skip
        work.note("notice.tried", ref, set=set_key, version=row.version, klass=class_key)
    answer = asyncio.run(_send(channel, Envelope(0, identity.sender, to, message)))
    if answer is None or answer.code != ACCEPTED:
        code = answer.code if answer else 0
        raise DeliveryError(f"the relay answered {code}", where="test message")
    return said.subject


def _marked(message: MessageClass, words: Words) -> Rendered:
    """Return a class with invented values, and a banner that nobody can overlook."""
    voice = Voice(words.catalogue(message.locale))
    filled = render_person(message, INVENTED)
    banner = voice.say("trial.banner")
    style = "margin:0;padding:12px;background:#ffd54d;color:#000;font:bold 16px sans-serif"
    head, body, rest = filled.html.partition("<body")
    tag, closing, content = rest.partition(">")
    html = f'{head}{body}{tag}{closing}<p style="{style}">{escape(banner)}</p>{content}'
    return Rendered(
        subject=voice.say("trial.subject", subject=filled.subject),
        text=f"{'*' * 72}\n{banner}\n{'*' * 72}\n\n{filled.text}",
        html=html,
    )


async def _send(channel: Channel, envelope: Envelope) -> Answer | None:
    feed = Few([envelope])
    await channel.send(feed)
    return feed.answers[-1] if feed.answers else None
