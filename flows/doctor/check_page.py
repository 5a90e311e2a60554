"""Whether the page that notices send people to, with their code, answers there."""

from urllib.parse import urlsplit

from flows.doctor.finding import Finding, ok, warning
from incidents.wiring import Workshop

SECONDS = 10.0
MOST_BYTES = 64 * 1024
_OK = 200
_FIELD = b'name="code"'
_HOW = "docs/how-to/check-page.md says how to run it"


def check_page(shop: Workshop) -> list[Finding]:
    """Return whether `check_url` shows the form, as somebody with a notice would see it."""
    url = shop.inventory.inventory.organisation.notices.check_url
    if not url:
        return []  # said by the inventory's own check
    found = _looked(url)
    if found:
        return [warning(f"people are told to check their code at {url}, but {found}", _HOW)]
    if urlsplit(url).scheme != "https":
        what = f"the check page at {url} can be changed on the way to its readers"
        return [warning(what, "show it by https")]
    return [ok(f"the check page answers at {url}")]


def _looked(url: str) -> str:
    """Return what is wrong with what an address shows, empty when it is the form."""
    import httpx

    body = b""
    try:
        with (
            httpx.Client(follow_redirects=True, max_redirects=3, timeout=SECONDS) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code != _OK:
                return f"it answers {response.status_code}"
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    break
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
        return f"nothing answers there ({type(problem).__name__})"
    return "" if _FIELD in body else "another page stands there"
