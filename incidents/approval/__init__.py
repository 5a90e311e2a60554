"""May exactly this go out?

Takes  what is sealed, the statement about it, signatures, the enrolled approvers.
Gives  a root over exactly that, and whether it may be released.
Never  reads files or the clock; never trusts a name without a key.
"""
