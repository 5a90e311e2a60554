"""Draws the pictures of docs/pictures from a real case of the invented shop.

    python -m docs.make_pictures [--only WORD]

Needs a Chromium on the path, and fonts for the languages of the pictures. Each picture is what
people get: the HTML of a sealed class, the announcement as published, the gallery as written.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

import typst

from flows.files import write_drafts
from incidents.data_files import TEMPLATES
from incidents.drafting.holes import TOKEN
from incidents.paper.blocks import blocks_of
from incidents.paper.fonts import fonts
from incidents.paper.pdf import Sheet, json_of
from incidents.steps.announce import draft_public
from tests.steps.shop_case import EU, house

HERE = Path(__file__).parent / "pictures"
LOCALES = ("en", "zh-Hans", "de", "ja")
PHONE, DESKTOP = (360, 1900), (900, 1700)


def main() -> None:
    """Draw all pictures, or those whose name holds a word."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", default="")
    only = asked.parse_args().only
    with tempfile.TemporaryDirectory() as folder:
        made = house(Path(folder) / "home")
        for locale in LOCALES:  # one of each language among those who are written to
            made.sql(
                "UPDATE person SET locale = :l WHERE person_id IN (SELECT person_id FROM person "
                "WHERE country = 'DE' AND person_id NOT LIKE 'x-%' ORDER BY person_id "
                "LIMIT 2 OFFSET :n)", l=locale, n=2 * LOCALES.index(locale),
            )  # fmt: skip
        ref = made.open()
        made.to_drafts(ref)
        made.approve(ref)
        for key in made.sets(ref):
            if key.startswith("individuals"):
                made.send(ref, key)  # only then is anybody known to be out of reach
        draft_public(made.shop.database, ref, made.shop.words, settings=made.settings)
        drafts = Path(folder) / "drafts"
        drafts.mkdir()
        write_drafts(made.shop, ref, drafts)
        for name, page, size in _pages(drafts):
            if only in name:
                _draw(page, HERE / f"{name}.png", size)
                print(HERE / f"{name}.png")
        for locale in LOCALES:
            if only in (name := f"letter-{locale}"):
                _set(_class(drafts, locale, "letter"), locale, HERE / f"{name}.png")
                print(HERE / f"{name}.png")
        made.shop.database.engine.dispose()


def _pages(drafts: Path) -> list[tuple[str, Path, tuple[int, int]]]:
    pages = []
    for locale in LOCALES:
        mail = _class(drafts, locale, "email")
        pages += [
            (f"notice-phone-{locale}", mail, PHONE),
            (f"notice-desktop-{locale}", mail, DESKTOP),
        ]
    announcement = drafts / "public-announcement" / "announcement.html"
    pages += [
        ("announcement-phone", announcement, PHONE),
        ("announcement-desktop", announcement, DESKTOP),
        ("gallery", drafts / "index.html", DESKTOP),
    ]
    return pages


def _class(drafts: Path, locale: str, channel: str) -> Path:
    """Return the page of a class with an invented person's values in its holes."""
    found = min((drafts / EU).glob(f"{locale}.account.*.{channel}.html"))
    page = found.with_name(f"filled-{found.name}")
    name = {"zh-Hans": "李样本", "ja": "見本 花子"}.get(locale, "Robin Example")
    values = {
        "name": name,
        "code": "K7QM-2F4T-9D",
        "address": "Example Street 1<br>10115 Berlin<br>Germany",
    }
    text = found.read_text(encoding="utf-8")
    page.write_text(TOKEN.sub(lambda hole: values.get(hole[1], ""), text), encoding="utf-8")
    return page


def _set(page: Path, locale: str, picture: Path) -> None:
    """Draw the first page of a letter as it is printed."""
    template = (TEMPLATES / "_shared" / "letter.typ").read_bytes()
    sheet = Sheet(blocks_of(page.read_text(encoding="utf-8")), locale)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "data.json").write_text(json_of([sheet], fonts()), encoding="utf-8")
        compiler = typst.Compiler(template, root=folder, font_paths=fonts().found)
        made = compiler.compile(format="png", ppi=80)
        picture.write_bytes(made[0] if isinstance(made, list) else made)


def _draw(page: Path, picture: Path, size: tuple[int, int]) -> None:
    browser = shutil.which("chromium") or "chromium"
    width, height = size
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(  # noqa: S603  # a program of this machine, on our own file
            [
                browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                f"--user-data-dir={profile}", f"--window-size={width},{height}",
                f"--screenshot={picture}", page.as_uri(),
            ],
            check=True,
            capture_output=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
