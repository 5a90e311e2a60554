"""Whether receivers can tell mail of the sending domain from a forgery: SPF, DKIM, DMARC."""

from collections.abc import Callable

import idna

from flows.doctor.dns_lookup import Lookup, LookupFailedError
from flows.doctor.finding import Finding, error, ok, warning
from flows.doctor.mail_records import (
    dkim_flaw,
    dmarc_records,
    parents,
    spf_all,
    spf_records,
)
from flows.doctor.outside import is_nowhere
from incidents.inventory.addresses import usable_email
from incidents.wiring import Workshop

HOW = "docs/how-to/sending-domain.md has the three records"


def sending_domain(shop: Workshop) -> list[Finding]:
    """Return what the DNS says of the domain notices leave from.

    What could not be looked up is said to be unknown, never to be missing.
    """
    notices = shop.inventory.inventory.organisation.notices
    if usable_email(notices.sender) is None:
        return []  # said by the inventory's own check
    domain = notices.sender.rpartition("@")[2].lower().rstrip(".")
    if is_nowhere(domain) and not shop.settings.resolver:
        return []  # said by the check of the sender; nobody publishes anything there
    lookup, ascii_ = Lookup(shop.settings.resolver), _ascii(domain)
    checks: list[tuple[str, Callable[[], Finding]]] = [
        (f"SPF of {domain}", lambda: _spf(lookup, ascii_)),
        *(
            (f"DKIM selector {one} of {domain}", lambda one=one: _dkim(lookup, one, ascii_))
            for one in notices.dkim_selectors
        ),
        (f"DMARC of {domain}", lambda: _dmarc(lookup, ascii_)),
    ]
    found = []
    for what, check in checks:
        try:
            found.append(check())
        except LookupFailedError as problem:
            if problem.away:
                everything = f"SPF, DKIM and DMARC of {domain}" if not found else what
                return [*found, warning(f"{everything} could not be checked: {problem}")]
            found.append(warning(f"{what} could not be checked: {problem}"))
    if not notices.dkim_selectors:
        found.append(_no_selector(domain))
    return found


def _ascii(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


def _spf(lookup: Lookup, domain: str) -> Finding:
    records = spf_records(lookup.txt(domain))
    if not records:
        what = f"{domain} has no SPF record: anybody can send in its name"
        return warning(what, HOW)
    if len(records) > 1:
        what = f"{domain} has {len(records)} SPF records, so none counts (RFC 7208 4.5)"
        return error(what, "make them one")
    end = spf_all(records[0])
    if end == "+":
        what = f"the SPF record of {domain} ends in +all: it lets everybody send in its name"
        return error(what, "end it in -all")
    if end in {"", "?"}:
        what = f"the SPF record of {domain} says nothing about other senders"
        return warning(what, "end it in -all, or in ~all while you try it out")
    closing = "by a record of another domain" if end == "redirect" else f"and ends in {end}all"
    return ok(f"SPF of {domain} names its senders {closing}; the return path lies there too")


def _dkim(lookup: Lookup, selector: str, domain: str) -> Finding:
    name = f"{selector}._domainkey.{domain}"
    texts = lookup.txt(name)
    if not texts:
        what = f"{name} has no DKIM key: what the relay signs with it fails"
        return warning(what, f"publish the relay's public key there; {HOW}")
    flaw = dkim_flaw(texts)
    if flaw:
        return warning(f"the DKIM record {name} {flaw}", f"publish the relay's key; {HOW}")
    return ok(f"DKIM key {name} can be used; it counts for DMARC where the relay signs d={domain}")


def _no_selector(domain: str) -> Finding:
    what = f"DKIM of {domain} cannot be checked: a key is only found by its selector"
    repair = (
        "name the relay's as notices.dkim_selectors in organisation.yaml: it is the s= of "
        "DKIM-Signature in a mail the relay sent"
    )
    return warning(what, repair)


def _dmarc(lookup: Lookup, domain: str) -> Finding:
    records, at = dmarc_records(lookup.txt(f"_dmarc.{domain}")), domain
    for parent in parents(domain):
        if records:
            break
        # A record by which a registry speaks for all below it (RFC 9091) is not the domain's own.
        above = dmarc_records(lookup.txt(f"_dmarc.{parent}"))
        records, at = [one for one in above if one.get("psd") != "y"], parent
    if not records:
        what = f"{domain} has no DMARC record: nobody asks receivers to refuse forgeries"
        return warning(what, HOW)
    if len(records) > 1:
        what = f"_dmarc.{at} has {len(records)} DMARC records, so none counts (RFC 7489 6.6.3)"
        return warning(what, "make them one")
    said = records[0]
    policy = (said.get("sp") if at != domain else None) or said.get("p", "")
    where = f"DMARC of {domain}" + ("" if at == domain else f", by the record of {at},")
    strict = [name for name in ("adkim", "aspf") if said.get(name, "r") == "s"]
    aligned = f"; {' and '.join(strict)} strict: d= has to be {domain} itself" if strict else ""
    if policy.lower() not in {"none", "quarantine", "reject"}:
        return warning(f"{where} names no policy, so receivers take it for none", HOW)
    if policy.lower() == "none":
        return Finding(
            level="ok",
            what=f"{where} asks for p=none: receivers report forgeries and let them in{aligned}",
            repair="raise it to quarantine, then reject, once its reports show only your own mail",
        )
    return ok(f"{where} asks receivers to {policy.lower()} forgeries{aligned}")
