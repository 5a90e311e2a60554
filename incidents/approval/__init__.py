"""May exactly this go out?

Takes  Sealed, the ordered recipient list as a stream, Statement, Signatures, Approvers, a moment.
Gives  a root over everything that goes out, a Decision with its refusals, differences in words.
Never  reads files, the clock or the database; never sends; never changes what was sealed.
"""
