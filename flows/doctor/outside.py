"""What lies outside: the relay, the web folder, the people alarms go to, the two watches."""

import asyncio
import os
from datetime import timedelta

from flows.doctor.finding import Finding, error, ok, warning
from flows.doctor.installation import is_new
from flows.watching import BEATS
from incidents.delivery.attempt import Few
from incidents.delivery.channels.alarm import notifier
from incidents.delivery.channels.smtp import SmtpChannel
from incidents.inventory.addresses import usable_email
from incidents.store.alerts import last_beat
from incidents.store.engine import newest_revision, open_engine, revision
from incidents.store.unit_of_work import Database
from incidents.wiring import Workshop

RELAY_SECONDS = 10.0
NOWHERE = ("example", "test", "invalid", "localhost", "local", "internal", "lan", "home")
"""Top-level names that never deliver (RFC 2606, RFC 6761, RFC 6762)."""
NOWHERE_DOMAINS = ("example.com", "example.net", "example.org")
FREE = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com"),
        *("icloud.com", "aol.com", "qq.com", "163.com", "126.com", "sina.com", "foxmail.com"),
        *("gmx.de", "gmx.net", "web.de", "mail.ru", "naver.com"),
    }
)


def relay(shop: Workshop) -> list[Finding]:
    """Return whether the relay lets us in, by the very way that sending takes; nothing is sent."""
    smtp = shop.settings.smtp
    if smtp.username and not smtp.password.get_secret_value():
        return [error("a relay user is set and no password", "set FORTHWITH_SMTP__PASSWORD")]
    route = shop.channel.route.model_copy(update={"timeout": RELAY_SECONDS, "connections": 1})

    asyncio.run(SmtpChannel(route, pauses=()).send(Few()))
    how = {"none": "in the clear, on this machine", "starttls": "STARTTLS", "tls": "TLS"}
    login = ", login accepted" if route.username else ", without login"
    return [ok(f"relay {route.where} answers ({how[route.security]}{login})")]


def sender(shop: Workshop) -> list[Finding]:
    """Return whether the address notices leave from can be believed."""
    address = shop.inventory.inventory.organisation.notices.sender
    if usable_email(address) is None:
        return []  # said by the inventory's own check
    domain = address.rpartition("@")[2].lower().rstrip(".")
    repair = "use a domain of your organisation, with SPF and DKIM for the relay"
    if domain in FREE:
        return [error(f"notices would leave from a free mail service ({domain})", repair)]
    if is_nowhere(domain):
        return [warning(f"the sender's domain {domain} does not exist on the Internet", repair)]
    return [ok(f"notices leave from {domain}")]


def is_nowhere(domain: str) -> bool:
    """Return whether a domain is none that the Internet delivers to, whoever asks."""
    last = domain.rpartition(".")[2]
    return "." not in domain or last in NOWHERE or domain.endswith(NOWHERE_DOMAINS)


def announcements(shop: Workshop) -> list[Finding]:
    """Return whether there is a place for an announcement."""
    folder, address = shop.settings.public_folder, shop.web.address
    if not address:
        return [warning("no address for announcements", "set FORTHWITH_WEB_ADDRESS")]
    existing = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    if not os.access(existing, os.W_OK):
        return [error(f"{folder} cannot be written", "set FORTHWITH_WEB_FOLDER")]
    return [ok(f"announcements are written to {folder} and looked for at {address}")]


def alarm_addresses(shop: Workshop) -> list[Finding]:
    """Return whether anybody outside would hear an alarm; none is sent."""
    settings = shop.settings
    if not settings.alarm_urls:
        repair = "set FORTHWITH_ALARM_URLS to one or more Apprise addresses"
        return [error("no alarm address: nobody would hear of a deadline", repair)]
    repair = "write it as Apprise does, such as mailtos://, ntfys://, json://"
    found = [error(problem, repair) for problem in notifier(settings.alarm_urls).problems]
    if not settings.alarm_before_hours or max(settings.alarm_before_hours) <= 0:
        what = "no warning comes before a deadline"
        found.append(error(what, "set FORTHWITH_ALARM_BEFORE_HOURS, such as `24 6 1`"))
    if found:
        return found
    hours = ", ".join(f"{hours:g}" for hours in settings.alarm_before_hours)
    return [ok(f"{len(settings.alarm_urls)} alarm addresses; warnings {hours} h before a deadline")]


def watches(shop: Workshop) -> list[Finding]:
    """Return whether both watches have looked lately."""
    if is_new(shop):
        return [warning(*_never(name)) for name in BEATS]
    engine = open_engine(shop.settings.database)
    if revision(engine) != newest_revision():
        return []  # said by the check of the database
    quiet, found = timedelta(minutes=shop.settings.quiet_minutes), []
    with Database(engine, shop.clock, lambda _: "").read() as work:
        for name in BEATS:
            last = last_beat(work, name)
            if last is None:
                found.append(warning(*_never(name)))
            elif work.now - last > quiet:
                what = f"{name} has been quiet since {last:%Y-%m-%d %H:%M} UTC"
                found.append(error(what, _never(name)[1]))
            else:
                found.append(ok(f"{name} looked at {last:%Y-%m-%d %H:%M} UTC"))
    engine.dispose()
    return found


def _never(name: str) -> tuple[str, str]:
    start = {
        "watch": "run `forthwith watch` every 5 minutes: docs/how-to/watch.md has the lines",
        "prefect-watch": "deploy watch-deadlines to a Prefect worker: docs/how-to/watch.md",
    }
    return f"{name} has never looked", start[name]
