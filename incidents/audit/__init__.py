"""Can we prove it later?

Takes  what was done, entry by entry; a case's values.
Gives  links of a keyed hash chain, what is wrong with a chain, a case's record.
Never  reads the store or the clock; never holds a name or an address.
"""
