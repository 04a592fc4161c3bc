"""oref0/oref1, the algorithm of OpenAPS, AndroidAPS, iAPS and Trio: from a pump's history to one dosing decision.

Written from the published behaviour and its recorded inputs and outputs, in five stages that can each be used alone:
glucose status, sensitivity (autosens), insulin on board, carbs on board and the decision itself.
"""
