"""What came back by mail, and for whom did it not arrive?

Takes  Raw messages: delivery reports, complaints, automatic answers; words of reasons as data.
Gives  For each message its kind, the people it names, a status, a reason, and whether it stays so.
Never  reads files, raises for what stands in a message, or calls a message read by a person.
"""

from incidents.delivery.bounces.read_mail import read_bounce
from incidents.delivery.bounces.report import Bounce, Fate, Kind

__all__ = ["Bounce", "Fate", "Kind", "read_bounce"]
