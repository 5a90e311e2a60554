"""What do we hold, about whom, where, and who else has it?

Takes  An inventory folder or a pasted list; an Organisation and its Stores.
Gives  An Inventory, people as streams, and Findings on what is missing or out of date.
Never  drops a person; never reads the clock or the database; reads files only in `sources/`.
"""
