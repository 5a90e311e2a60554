"""The secrets of this installation, to look for where they must not be and never to show."""

import base64
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from flows.doctor.finding import Finding
from incidents.errors import ForthwithError
from incidents.keys import KeyRing, Purpose
from incidents.settings import Settings
from incidents.wiring import Workshop

PART = 12
"""Length from which a part of an alarm address is taken for a token of its own."""
INSIDE = 6
"""Length from which a secret is looked for inside longer texts; a shorter one must match whole."""


def known_secrets(shop: Workshop) -> dict[str, str]:
    """Return secret -> the setting or file it belongs to."""
    found = dict(_of_settings(shop.settings))
    try:
        ring = KeyRing.load(shop.settings.keys) if shop.settings.keys.exists() else None
    except ForthwithError:
        ring = None  # said by the check of the key file itself
    if ring is not None:
        for key in (key for purpose in Purpose for key in ring.versions(purpose)):
            found[base64.b64encode(key.secret).decode()] = "the key file"
            found[key.secret.hex()] = "the key file"
    return {secret: of for secret, of in found.items() if secret}


def _of_settings(settings: Settings) -> Iterator[tuple[str, str]]:
    yield settings.smtp.password.get_secret_value(), "FORTHWITH_SMTP__PASSWORD"
    for url in settings.alarm_urls:
        for part in _parts(url.get_secret_value()):
            yield part, "FORTHWITH_ALARM_URLS"
    for part in _parts(settings.database_url)[1:]:
        yield part, "FORTHWITH_DATABASE_URL"


def _parts(url: str) -> list[str]:
    """Return an address and what is secret in it: its password, long pieces of its path."""
    try:
        split = urlsplit(url)
        password = split.password
    except ValueError:
        return [url]
    parts = [url]
    if password:
        parts += [password, unquote(password)]
        if not split.scheme.startswith(("sqlite", "postgresql")):
            parts += [piece for piece in split.path.split("/") if len(piece) >= PART]
    elif split.scheme and not split.scheme.startswith(("sqlite", "postgresql")):
        parts += [piece for piece in (split.netloc, *split.path.split("/")) if len(piece) >= PART]
    return parts


def secret_in(text: str, secrets: Mapping[str, str]) -> str:
    """Return whose secret a text holds, empty when it holds none."""
    for secret, of in secrets.items():
        if text == secret or (len(secret) >= INSIDE and secret in text):
            return of
    return ""


def without_secrets(finding: Finding, secrets: Mapping[str, str]) -> Finding:
    """Return a finding that surely shows none of them."""
    texts = {"what": finding.what, "repair": finding.repair}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= INSIDE:
            texts = {name: text.replace(secret, "***") for name, text in texts.items()}
    return finding.model_copy(update=texts)
