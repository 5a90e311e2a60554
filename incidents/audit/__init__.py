"""Can we prove it later?

Takes  what was done, entry by entry, with a keyed hash; a case's values.
Gives  links of a chain, what is wrong with a chain, the case record as JSON and as plain text.
Never  reads files, the clock or the database; never holds a key, a name or an address.
"""
