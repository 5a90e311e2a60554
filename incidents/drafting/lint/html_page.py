"""What of a page people see, and what in it could act or fetch."""

from html.parser import HTMLParser

_ACTIVE = frozenset(
    {
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "input",
        "link",
        "video",
        "audio",
        "base",
    }
)


class HtmlPage(HTMLParser):
    """Collects the text, the links as (target, label), the numbered steps and what is active."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str]] = []
        self.active: list[str] = []
        self.steps = 0
        self._text: list[str] = []
        self._hidden = 0
        self._target: str | None = None
        self._label: list[str] = []

    @property
    def seen(self) -> str:
        """The text people see."""
        return "".join(self._text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note links, steps and what is active."""
        given = {name: value or "" for name, value in attrs}
        if tag in {"style", "title"}:
            self._hidden += 1
        if tag in _ACTIVE:
            self.active.append(tag)
        self.active += [name for name in given if name.startswith("on") or name == "src"]
        self.active += ["url()"] if "url(" in given.get("style", "").lower() else []
        self.steps += "step" in given.get("class", "").split()
        if tag == "a" and "href" in given:
            self._target, self._label = given["href"], []

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag in {"style", "title"}:
            self._hidden -= 1
        if tag == "a" and self._target is not None:
            self.links.append((self._target, "".join(self._label).strip()))
            self._target = None

    def handle_data(self, data: str) -> None:
        """Keep the text people see."""
        if self._hidden:
            if "@import" in data or "url(" in data.lower():
                self.active.append("style sheet that fetches")
            return
        self._text.append(data)
        if self._target is not None:
            self._label.append(data)


def read_page(html: str) -> HtmlPage:
    """Return a page as read."""
    page = HtmlPage()
    page.feed(html)
    page.close()
    return page
