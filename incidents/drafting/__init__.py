"""What exactly do we say, in their language?

Takes  FactSheet, Duties, Words (templates, catalogues, advice), a moment.
Gives  Drafts of message classes, Filings, an Announcement, findings; people fill holes later.
Never  reads files, the clock or the database; never decides whom to tell or by when.
"""
