"""The one place that names the concrete parts: settings, clock, keys, database, law, words."""

from dataclasses import dataclass
from functools import cached_property

from incidents.clock import Clock, SystemClock
from incidents.data_files import LAW, TEMPLATES
from incidents.delivery.channels.smtp import SmtpChannel, SmtpRoute
from incidents.delivery.channels.web import Site
from incidents.drafting.sources.folder import read_words
from incidents.drafting.words import Words
from incidents.duties.regime import Catalogue
from incidents.duties.sources.folder import read_catalogue
from incidents.errors import SettingsError
from incidents.inventory.sources.folder import InventoryFolder, read_folder
from incidents.keys import KeyRing
from incidents.models.base import read_as
from incidents.risk.severity import Scales
from incidents.risk.sources.scales_file import read_scales
from incidents.settings import Settings, settings_from_environment
from incidents.steps.check_installation import enrol_new, follow
from incidents.store.engine import make_url_safe, open_engine
from incidents.store.unit_of_work import Database
from incidents.witness import Witness


@dataclass(frozen=True)
class Workshop:
    """All parts a step may need, made when first asked for."""

    settings: Settings
    clock: Clock

    @cached_property
    def ring(self) -> KeyRing:
        """The keys; made on first use of a new home, never over an existing file."""
        if not self.settings.keys.exists():
            return KeyRing.create(self.settings.keys, self.clock)
        return KeyRing.load(self.settings.keys)

    @cached_property
    def database(self) -> Database:
        """The database, its schema brought up to date."""
        database = Database(
            open_engine(self.settings.database),
            self.clock,
            self._chain,
        )
        database.migrate()
        enrol_new(database, self.witness)
        follow(database, self.witness)
        return database

    @cached_property
    def witness(self) -> Witness:
        """The file that tells a restored, copied or moved database."""
        url = make_url_safe(self.settings.database)
        return Witness(self.settings.keys.with_suffix(".witness"), url)

    def _chain(self, data: bytes) -> str:
        return self.ring.chain(data)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The law that ships with the package, and the organisation's own beside it."""
        own = self.settings.own_law
        return read_catalogue(LAW, *([own] if own else []))

    @cached_property
    def words(self) -> Words:
        """The templates and catalogues that ship with the package."""
        return read_words(TEMPLATES)

    @cached_property
    def scales(self) -> Scales:
        """The severity scales that ship with the package."""
        return read_scales()

    @cached_property
    def inventory(self) -> InventoryFolder:
        """The inventory folder."""
        return read_folder(self.settings.inventory_folder, today=self.clock.now().date())

    @property
    def web(self) -> Site:
        """Where announcements are published."""
        address = self.settings.web_address or (
            self.inventory.inventory.organisation.notices.announcement_url
        )
        return Site(self.settings.public_folder, address)

    @property
    def channel(self) -> SmtpChannel:
        """The relay.

        Raises:
            SettingsError: when none is set.
        """
        smtp = self.settings.smtp
        if not smtp.host:
            raise SettingsError(
                "no relay is set, so nothing can be sent",
                where="FORTHWITH_SMTP__HOST",
                repair="set it to your organisation's relay",
            )
        route = read_as(SmtpRoute, dict(smtp), where="FORTHWITH_SMTP__*")
        return SmtpChannel(route)


def open_workshop(settings: Settings | None = None, clock: Clock | None = None) -> Workshop:
    """Return the parts for these settings, or for those of the environment."""
    return Workshop(settings or settings_from_environment(), clock or SystemClock())
