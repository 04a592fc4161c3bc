"""The command line: commands that call workflows and show their answers, no arithmetic of their own.

Importing a command module must stay cheap: ``glucotwin --help`` imports none of them, and ``glucotwin fit --help``
imports no JAX, because a command imports its workflow inside its function.
"""
