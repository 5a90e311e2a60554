"""Whom must we tell, by when, saying what?

Takes  Facts, Catalogue.
Gives  DutyList: duties with deadline, content and trace; reasons, questions, unknown law.
Never  reads files, the clock or the database; never decides wording; never guesses a fact.
"""
