"""Did it arrive, and can we show it?

Takes  Rendered notices, addresses, the answers of a relay, outcomes people wrote down.
Gives  Messages as bytes, the next state of each delivery with its reason, lists, a published page.
Never  calls a message read or received: a relay took it, and more cannot be known.
"""
