"""The page on which people check by a typed code that a notice is real.

It needs the key file, the organisation's facts and a database it only reads. It stores nothing.
"""
