"""The reference names every setting with its real default; secrets may come from files."""

import re
from pathlib import Path

import pytest

from incidents.errors import SettingsError
from incidents.settings import Settings, SmtpSettings, settings_from_environment

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
ROW = re.compile(r"^\| `(FORTHWITH_[A-Z_]+)` \| (\S.*?) \|", re.MULTILINE)


def documented() -> dict[str, str]:
    return dict(ROW.findall(REFERENCE.read_text(encoding="utf-8")))


def names() -> list[str]:
    own = [f"FORTHWITH_{name.upper()}" for name in Settings.model_fields if name != "smtp"]
    return own + [f"FORTHWITH_SMTP__{name.upper()}" for name in SmtpSettings.model_fields]


def default_of(name: str) -> str:
    """Return a default as the reference writes it."""
    field = name.removeprefix("FORTHWITH_").lower()
    smtp = field.removeprefix("smtp__")
    value = getattr(SmtpSettings(), smtp) if smtp != field else getattr(Settings(), field)
    if isinstance(value, list):
        return f"`{' '.join(f'{one:g}' for one in value)}`" if value else "empty"
    text = "" if value is None else str(value)
    return "empty" if text in {"", "**********"} else f"`{text}`"


def test_the_reference_names_every_setting_and_no_other() -> None:
    assert sorted(documented()) == sorted(names())


@pytest.mark.parametrize(
    "name", [one for one in names() if one not in {"FORTHWITH_HOME", "FORTHWITH_ACTOR"}]
)
def test_the_reference_gives_the_real_default(name: str) -> None:
    assert documented()[name] == default_of(name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    monkeypatch.setenv("FORTHWITH_SECRETS_DIR", str(secrets))
    return secrets


def test_secrets_come_from_files_named_like_their_variables(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORTHWITH_SMTP__HOST", "relay.example")
    (folder / "FORTHWITH_SMTP__PASSWORD").write_text("Tr0mbone\n")
    (folder / "FORTHWITH_ALARM_URLS").write_text("json://one.example json://two.example\n")
    read = settings_from_environment()
    assert read.smtp.password.get_secret_value() == "Tr0mbone"
    assert read.smtp.host == "relay.example"
    assert [one.get_secret_value() for one in read.alarm_urls] == [
        "json://one.example",
        "json://two.example",
    ]


def test_a_variable_counts_before_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "FORTHWITH_SMTP__PASSWORD").write_text("old")
    monkeypatch.setenv("FORTHWITH_SMTP__PASSWORD", "new")
    assert settings_from_environment().smtp.password.get_secret_value() == "new"


def test_a_folder_of_secrets_that_is_gone_is_an_error(folder: Path) -> None:
    folder.rmdir()
    with pytest.raises(SettingsError) as caught:
        settings_from_environment()
    assert caught.value.where == "FORTHWITH_SECRETS_DIR"


def test_a_wrong_value_is_named_and_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORTHWITH_SMTP__PORT", "Tr0mbone")
    with pytest.raises(SettingsError) as caught:
        settings_from_environment()
    assert "FORTHWITH_SMTP__PORT" in str(caught.value)
    assert "Tr0mbone" not in str(caught.value)
