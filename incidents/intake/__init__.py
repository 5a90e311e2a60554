"""What happened, and can we believe the message?

Takes  A report, six answers or a leak alert, as plain data.
Gives  A BreachReport, what an amendment changes, a LeakAlert without its secret.
Never  reads the clock or the database; never keeps a secret; never decides who is told.
"""
