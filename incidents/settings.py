"""Settings: `FORTHWITH_*` variables and files; every one has a default that is safe."""

import getpass
import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as PydanticSettingsError

from incidents.errors import SettingsError


def _default_home() -> Path:
    return Path("~/.forthwith").expanduser()


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


class SmtpSettings(BaseModel):
    """The relay that mail is handed to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="", description="Relay; empty means nothing can be sent.")
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="`none` only for a relay on this machine."
    )
    username: str = ""
    password: SecretStr = SecretStr("")
    connections: int = Field(default=4, ge=1, le=64)


class Settings(BaseModel):
    """All settings as one value. Nothing here reads the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(
        default_factory=_default_home, description="Where keys, database and files lie."
    )
    database_url: str = Field(
        default="", description="SQLite or PostgreSQL; empty is a SQLite file in the home."
    )
    key_file: Path | None = Field(default=None, description="Default `<home>/keys.json`.")
    inventory: Path | None = Field(default=None, description="Default `<home>/inventory`.")
    own_law: Path | None = Field(
        default=None,
        description="Folder of laws of your own, such as contracts with clocks, beside those "
        "that ship.",
    )
    fonts: Path | None = Field(
        default=None,
        description="Folder of fonts for letters, beside those of Typst and of the machine.",
    )
    web_folder: Path | None = Field(
        default=None, description="Folder a web server shows; announcements are written there."
    )
    web_address: str = Field(
        default="",
        description="Address of that folder; empty is `announcement_url` of organisation.yaml.",
    )
    actor: str = Field(default_factory=_os_user, description="Who acts, as the audit names it.")
    smtp: SmtpSettings = SmtpSettings()
    senders: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Workers that may share the sending of one case; above 1 needs PostgreSQL.",
    )
    alarm_urls: Annotated[list[SecretStr], NoDecode] = Field(
        default=[], description="Apprise addresses alarms go to, separated by blanks."
    )
    alarm_before_hours: Annotated[list[float], NoDecode] = Field(
        default=[24.0, 6.0, 1.0], description="How long before a deadline to raise an alarm."
    )
    quiet_minutes: int = Field(
        default=15, ge=1, description="Silence of Prefect or a worker after which to alarm."
    )
    list_hours: int = Field(
        default=72, ge=1, description="By when letter, call and hand lists are to be worked."
    )
    approval_days: int = Field(default=7, ge=1, description="How long a signature stays good.")
    needed_approvals: int = Field(default=2, ge=2)
    standing_days: int = Field(
        default=90, ge=1, description="How long a signature over words approved ahead stays good."
    )
    standing_people_a_day: int = Field(
        default=20,
        ge=0,
        description="How many people in 24 hours may be told in words approved ahead.",
    )
    trial_addresses: Annotated[list[str], NoDecode] = Field(
        default=[],
        description="Addresses that drafts may be sent to, to look at them; separated by blanks.",
    )
    resolver: str = Field(
        default="",
        description="DNS server that `doctor` asks, as an IP address with `:port` where it is not "
        "53; empty is the system's.",
    )
    check_tries_a_minute: int = Field(
        default=10,
        ge=1,
        le=10_000,
        description="Wrong codes one address may try on the check page.",
    )
    check_all_tries_a_minute: int = Field(
        default=300,
        ge=1,
        le=1_000_000,
        description="Wrong codes all addresses together may try on the check page.",
    )

    @field_validator("alarm_urls", "alarm_before_hours", "trial_addresses", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return value.split() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _several_need_a_server(self) -> "Settings":
        if self.senders > 1 and self.database.startswith("sqlite"):
            raise ValueError("FORTHWITH_SENDERS above 1 needs PostgreSQL; SQLite has one writer")
        return self

    @property
    def database(self) -> str:
        """The database URL that counts."""
        return self.database_url or f"sqlite:///{self.home / 'forthwith.db'}"

    @property
    def keys(self) -> Path:
        """The key file."""
        return self.key_file or self.home / "keys.json"

    @property
    def inventory_folder(self) -> Path:
        """The inventory folder."""
        return self.inventory or self.home / "inventory"

    @property
    def out(self) -> Path:
        """Where lists, packages and records are written."""
        return self.home / "out"

    @property
    def public_folder(self) -> Path:
        """Where announcements are written."""
        return self.web_folder or self.home / "public"


class _Environment(Settings, BaseSettings):
    """The same settings, read from `FORTHWITH_*`."""

    model_config = SettingsConfigDict(
        env_prefix="FORTHWITH_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # the shape of the hook
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # no .env file is read
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read variables first, then the files of `FORTHWITH_SECRETS_DIR`, named like them."""
        folder = os.environ.get("FORTHWITH_SECRETS_DIR")
        if not folder:
            return init_settings, env_settings
        files = NestedSecretsSettingsSource(
            file_secret_settings,
            secrets_dir=folder,
            secrets_dir_missing="error",
            secrets_prefix="FORTHWITH_",
            secrets_nested_delimiter="__",
        )
        return init_settings, env_settings, files


def settings_from_environment() -> Settings:
    """Return the settings that `FORTHWITH_*` variables and secret files give.

    Raises:
        SettingsError: naming each variable that cannot be right, never its value.
    """
    try:
        read = _Environment()
    except PydanticSettingsError:
        raise SettingsError(
            "names no folder that can be read, or a file in it cannot be a setting",
            where="FORTHWITH_SECRETS_DIR",
            repair="`docs/reference/settings.md` says how the files are named",
        ) from None
    except ValidationError as error:
        problems = [
            f"FORTHWITH_{'__'.join(str(step) for step in one['loc']).upper()}: {one['msg']}"
            for one in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError(
            "; ".join(problems), repair="`docs/reference/settings.md` lists every setting"
        ) from None
    return Settings.model_validate({name: getattr(read, name) for name in Settings.model_fields})
