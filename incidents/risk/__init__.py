"""How badly could it hurt the people affected?

Takes  RiskFacts, Scales.
Gives  RiskAssessment: the ENISA score, the levels laws ask for, and a reason for each step.
Never  reads files or the clock; never turns an unknown into a comfort; never decides a duty.
"""
