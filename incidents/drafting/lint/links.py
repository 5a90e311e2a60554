"""Links lead to the organisation's own domains and show where; nothing acts or fetches."""

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import SplitResult, urlsplit

from incidents.drafting.lint.flaw import Flaw, blocking
from incidents.drafting.lint.html_page import HtmlPage

_URL = re.compile(r"(?:https?|ftp)://[^\s<>\"'，。；）)]+", re.IGNORECASE)


def strange_hosts(where: str, text: str, page: HtmlPage, domains: Sequence[str]) -> Iterable[Flaw]:
    """Find links that are not https, carry parameters or leave the allowed domains."""
    allowed = [domain.lower().strip(".") for domain in domains if domain.strip(".")]
    urls: Mapping[str, list[str]] = {
        "text": [found.rstrip(".,;:!?") for found in _URL.findall(text)],
        "html": [target for target, _ in page.links],
    }
    for output, targets in urls.items():
        for target in targets:
            if not target.startswith("#") and not _is_own(target, allowed):
                yield blocking(
                    "link-outside",
                    f"{where} ({output})",
                    "a link is not https, has parameters or leaves the allowed domains",
                    "add the domain to notices.link_domains, or take it out",
                )


def hidden_targets(where: str, page: HtmlPage) -> Iterable[Flaw]:
    """Find links that show something else than where they lead."""
    for target, label in page.links:
        if label != target:
            yield blocking("link-hides-target", where, "a link shows another text",
                           "show the address itself")  # fmt: skip


def active_content(where: str, page: HtmlPage) -> Iterable[Flaw]:
    """Find what could act or fetch."""
    for what in dict.fromkeys(page.active):
        yield blocking("active-content", where, f"holds {what}",
                       "keep it to text and plain style")  # fmt: skip


def _is_own(target: str, allowed: Sequence[str]) -> bool:
    try:
        parts: SplitResult = urlsplit(target)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    own = any(host == domain or host.endswith(f".{domain}") for domain in allowed)
    return own and parts.scheme.lower() == "https" and not parts.query
