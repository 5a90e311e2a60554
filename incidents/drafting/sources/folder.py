"""Reads the words from a folder such as `notify_templates/`."""

from pathlib import Path

from incidents.data_files import parse, read_text
from incidents.drafting.library import Agency, Bureau, MeasureKinds, Reveals, Rights
from incidents.drafting.words import (
    Advice,
    Banned,
    Catalogue,
    NoticeCard,
    Words,
    check_catalogues,
    digest_of,
    joined,
    read_catalogue,
)
from incidents.errors import DraftingError
from incidents.models.base import V, Value, read_as
from incidents.models.vocabulary import ContentKey

_TEMPLATES = (".txt", ".html", ".typ")
_KINDS = {".txt", ".html", ".yaml", ".po", ".typ"}


class _Bureaus(Value):
    bureaus: tuple[Bureau, ...]


class _Agencies(Value):
    agencies: tuple[Agency, ...]


class _Reveals(Value):
    reveals: dict[ContentKey, Reveals]


def read_words(root: Path) -> Words:
    """Return all words under a folder, each file with the SHA-256 of its bytes.

    Raises:
        DraftingError: for a catalogue that is broken or lacks what another has.
        InvalidInputError: for a card or library that does not keep to its shape.
    """
    paths = sorted(path for path in root.rglob("*") if path.suffix in _KINDS and path.is_file())
    texts = {path.relative_to(root).as_posix(): read_text(path) for path in paths}
    if not any(path.startswith("locales/en/") for path in texts):
        raise DraftingError(
            "holds no English catalogue of sentences",
            where=str(root),
            repair="point it at a folder laid out like the shipped notify_templates",
        )
    catalogues = _catalogues(root, texts)
    check_catalogues(catalogues)

    def data(path: str) -> object:
        return parse(texts.get(path, ""), where=str(root / path))

    def library(kind: type[V], name: str) -> V:
        return read_as(kind, data(f"_shared/{name}"), where=str(root / "_shared" / name))

    return Words(
        templates={path: text for path, text in texts.items() if path.endswith(_TEMPLATES)},
        digests={path.relative_to(root).as_posix(): digest_of(path.read_bytes()) for path in paths},
        cards={
            path.removesuffix("/notice.yaml"): read_as(
                NoticeCard, data(path), where=str(root / path)
            )
            for path in texts
            if path.endswith("/notice.yaml")
        },
        catalogues=catalogues,
        advice=library(Advice, "advice.yaml"),
        bureaus=library(_Bureaus, "bureaus.yaml").bureaus,
        agencies=library(_Agencies, "agencies.yaml").agencies,
        measures=library(MeasureKinds, "measures.yaml"),
        reveals=library(_Reveals, "reveals.yaml").reveals,
        rights=library(Rights, "rights.yaml"),
        banned=library(Banned, "wording.yaml"),
    )


def _catalogues(root: Path, texts: dict[str, str]) -> dict[str, Catalogue]:
    """Return each locale's sentences, from all PO files of its folder."""
    parts: dict[str, list[Catalogue]] = {}
    for path, text in texts.items():
        if path.startswith("locales/"):
            locale = path.split("/")[1]
            part = read_catalogue(text, locale=locale, where=str(root / path))
            parts.setdefault(locale, []).append(part)
    return {locale: joined(some) for locale, some in parts.items()}
