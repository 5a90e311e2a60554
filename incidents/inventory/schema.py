"""The shape of an inventory folder, as data: columns, meanings and JSON Schema."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from incidents.models.inventory import (
    FLAGS,
    INVENTORY_FORMAT,
    Contact,
    Link,
    Organisation,
    Person,
    Store,
)
from incidents.models.vocabulary import vocabulary

PEOPLE_COLUMNS = {
    "person_id": "The organisation's own id of the person: letters, digits, dot, dash, underscore.",
    "name": "Full name as the person writes it; any script; may be empty.",
    "birth_date": "Day of birth, ISO 8601; empty where it is not known.",
    "country": "Where the person lives, ISO 3166-1 such as DE; empty where it is not known.",
    "region": "State or province within the country, such as CA; needed for people in the US.",
    "locale": "Language the person reads, BCP 47 such as zh-Hans; may be empty.",
    "guardian_id": "Person id of a child's guardian; may be empty.",
    "status": "account, consignee, supplier, former or deceased; empty is account.",
    "flags": f"Any of {', '.join(sorted(FLAGS))}, parted by |; may be empty.",
}
CONTACT_COLUMNS = {
    "person_id": "Whose it is.",
    "kind": "email, postal, phone or push.",
    "value": "The address, number or push token; a postal address may span lines in quotes.",
    "quality": "good, unverified, bad or compromised; empty is good.",
}
LINK_COLUMNS = {
    "person_id": "Whose data it is.",
    "store_id": "Id of a store in stores.yaml.",
    "first_on": "Day on which the oldest of it was made, ISO 8601.",
    "last_on": "Day on which the newest of it was made, ISO 8601.",
}
_MEANING = {
    "Organisation.format": "Version of this folder's shape.",
    "Organisation.legal_name": "Registered name of the controller.",
    "Organisation.trading_name": "Name people know; empty where it is the same.",
    "Organisation.postal_address": "Postal address, as a notice prints it.",
    "Organisation.phone": "Number people may call.",
    "Organisation.email": "Mailbox for questions.",
    "Organisation.website": "Its website.",
    "Organisation.zone": "IANA zone in which deadlines are shown.",
    "Organisation.roles": "What it is before the law.",
    "Organisation.established_in": "Places with an establishment, ISO 3166-1.",
    "Organisation.approvers": "People enrolled to sign what goes out.",
    "Organisation.on_call": "Whom to wake, in order.",
    "Organisation.policies": "Published privacy policies, each with the days it stood.",
    "Organisation.notices": "Under which names notices leave.",
    "Approver.id": "Short id, lower case.",
    "Approver.role": "Role: privacy, counsel, children, or one that your own signing rules name.",
    "Approver.ssh_public_key": "One line of a .pub file.",
    "SigningRule.more_people_than": "Only where it goes to more people.",
    "SigningRule.people_at_most": "Only where it goes to at most so many people.",
    "Officer.title": "Title or team.",
    "Officer.contact": "Address or number that is answered.",
    "PolicyVersion.id": "Short id that stores refer to.",
    "PolicyVersion.published_on": "Day it was published.",
    "PolicyVersion.ended_on": "Day it was replaced; empty while it stands.",
    "PolicyVersion.url": "Where it can be read.",
    "PolicyVersion.promises_notice": "Whether it promises to tell people.",
    "NoticeIdentity.sender": "Mailbox notices leave from, best on a domain of its own.",
    "NoticeIdentity.reply_to": "Mailbox that somebody reads.",
    "NoticeIdentity.announcement_url": "Where the announcement will stand.",
    "NoticeIdentity.check_url": "Where people check that a notice is real.",
    "NoticeIdentity.link_domains": "Hosts a notice may link to.",
    "NoticeIdentity.dkim_selectors": "Under which names the relay's DKIM keys stand in the DNS.",
    "Store.id": "Short id, lower case; reports and links refer to it.",
    "Store.name": "Name people in the organisation use.",
    "Store.activities": "Ids of the processing activities it serves.",
    "Store.elements": "Data elements it holds, each with its protection.",
    "Store.subjects": "Whose data it is.",
    "Store.retention": "When data is masked or deleted.",
    "Store.owner": "Team that answers for it.",
    "Store.last_review": "Day its owner last confirmed this entry.",
    "Retention.delete_after_days": "Days after which data is deleted; empty is never.",
    "Retention.mask_after_days": "Days after which the identifying part is hidden.",
    "Retention.masks": "Elements that are hidden then.",
    "Protection.state": "How the element is protected.",
    "Protection.key": "Where the key is, if it is encrypted.",
}


def inventory_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of an inventory folder.

    `organisation` and `stores` are the two YAML files; `people`, `contacts` and `links` describe
    one row of each CSV file.
    """
    kinds: list[type[BaseModel]] = [Organisation, Store, Person, Contact, Link]
    refs, schema = models_json_schema([(kind, "validation") for kind in kinds])
    at: dict[type[BaseModel], Any] = {kind: refs[(kind, "validation")] for kind in kinds}
    definitions = schema["$defs"]
    rows = {"Person": PEOPLE_COLUMNS, "Contact": CONTACT_COLUMNS, "Link": LINK_COLUMNS}
    for name, shape in definitions.items():
        for field, part in shape.get("properties", {}).items():
            meaning = rows.get(name, {}).get(field) or _MEANING.get(f"{name}.{field}")
            if meaning and "description" not in part:
                part["description"] = meaning
    _close_words(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": INVENTORY_FORMAT,
        "title": "Inventory folder",
        "type": "object",
        "properties": {
            "organisation": at[Organisation],
            "stores": {"type": "array", "items": at[Store]},
            "people": {"type": "array", "items": at[Person]},
            "contacts": {"type": "array", "items": at[Contact]},
            "links": {"type": "array", "items": at[Link]},
        },
        "required": ["organisation", "stores", "people", "contacts", "links"],
        "$defs": definitions,
    }


def _close_words(definitions: dict[str, Any]) -> None:
    words = vocabulary()
    definitions["Organisation"]["properties"]["roles"]["items"]["enum"] = list(words.roles)
    elements = {"enum": list(words.elements)}
    definitions["Store"]["properties"]["elements"]["propertyNames"] = elements
    definitions["Retention"]["properties"]["masks"]["items"] |= elements
    definitions["Person"]["properties"]["flags"]["items"]["enum"] = sorted(FLAGS)
