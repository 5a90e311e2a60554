"""Whom and what did it touch?

Takes  A BreachReport, an Inventory, a day.
Gives  Exposures, Contradictions, Preservation, and a ScopeQuery that the store executes.
Never  reads people, the clock or the database; never narrows what a report leaves open.
"""
