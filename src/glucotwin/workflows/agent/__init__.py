"""Gymnasium environments: importing this package registers ``glucotwin/T1D-v0``.

Gymnasium loads it by ``gymnasium.make("glucotwin.workflows.agent:glucotwin/T1D-v0")`` as well.
"""

from glucotwin.workflows.agent.registration import register_environments

register_environments()
