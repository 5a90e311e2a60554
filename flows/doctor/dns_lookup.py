"""Reads TXT records, and never takes silence for absence."""

import time
from ipaddress import ip_address
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.resolver

from incidents.errors import SettingsError

QUERY_SECONDS = 2.0
ALL_SECONDS = 6.0
"""For all questions together: without a network the doctor must go on."""
DNS_PORT = 53


class LookupFailedError(Exception):
    """Nobody could say what stands there: the text says why.

    Args:
        why: In a few words.
        away: Whether no server answered at all, so that the next question would fare the same.
    """

    def __init__(self, why: str, *, away: bool = False) -> None:
        super().__init__(why)
        self.away = away


class Lookup:
    """Asks one resolver, within a time for all questions together.

    Args:
        server: Its address, with `:port` where it is not 53; empty is the system's.

    Raises:
        SettingsError: when that is no address.
    """

    def __init__(self, server: str = "") -> None:
        self._end = time.monotonic() + ALL_SECONDS
        self._resolver: dns.resolver.Resolver | None = None
        if server:
            self._resolver = dns.resolver.Resolver(configure=False)
            host, port = _address(server)
            self._resolver.nameservers, self._resolver.port = [host], port

    def txt(self, name: str) -> list[str]:
        """Return the TXT records of a name, the parts of each joined; none where there are none.

        Raises:
            LookupFailedError: when that could not be found out.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise LookupFailedError("the time for asking was up", away=True)
        try:
            if self._resolver is None:
                self._resolver = dns.resolver.Resolver()
            answer = self._resolver.resolve(
                name, "TXT", lifetime=min(QUERY_SECONDS, left), search=False
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.resolver.LifetimeTimeout:
            raise LookupFailedError("no DNS server answered in time", away=True) from None
        except dns.resolver.NoResolverConfiguration:
            raise LookupFailedError("this machine names no DNS server", away=True) from None
        except dns.resolver.NoNameservers:
            raise LookupFailedError("the DNS servers refuse or fail (SERVFAIL)") from None
        except dns.resolver.YXDOMAIN:
            raise LookupFailedError("its name becomes too long on the way") from None
        except (dns.exception.DNSException, UnicodeError) as error:
            raise LookupFailedError(f"it cannot be asked for ({type(error).__name__})") from None
        except OSError as error:
            raise LookupFailedError(f"no network ({error.strerror})", away=True) from None
        return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]


def _address(server: str) -> tuple[str, int]:
    """Return the address and port of a setting such as `192.0.2.1`, `[::1]:5353`."""
    try:
        return str(ip_address(server)), DNS_PORT
    except ValueError:
        pass
    try:
        parts = urlsplit(f"//{server}")
        return str(ip_address(parts.hostname or "")), parts.port or DNS_PORT
    except ValueError:
        raise SettingsError(
            "is no address of a DNS server",
            where="FORTHWITH_RESOLVER",
            repair="give an IP address, with :port where it is not 53; empty is the system's",
        ) from None
