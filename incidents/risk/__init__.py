"""How badly could it hurt the people affected?

Takes  RiskFacts, Scales.
Gives  RiskAssessment: the ENISA score, the level and the grades of harm laws ask for, each with
       its reasons. Hands by gravity, loss and people make the level; grades ask the same again.
Never  reads files or the clock; never turns an unknown into a comfort; never decides a duty.
"""
