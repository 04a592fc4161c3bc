"""Names under which Gymnasium makes our environments."""

from typing import Final

from glucotwin.core.error import ErrorCode, NotFoundError

ENVIRONMENT: Final = "glucotwin/T1D-v0"


def register_environments() -> None:
    """Tells Gymnasium of the environments, once; none is made, and nothing is compiled.

    Raises:
        NotFoundError: Gymnasium is not installed.
    """
    try:
        from gymnasium.envs.registration import register, registry
    except ImportError as error:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, "Gymnasium is not installed.", hint="Install it: pip install 'glucotwin[gym]'."
        ) from error
    if ENVIRONMENT not in registry:
        register(
            id=ENVIRONMENT,
            entry_point="glucotwin.workflows.agent.environment:T1dEnvironment",
            vector_entry_point="glucotwin.workflows.agent.vector_environment:T1dVectorEnvironment",
        )
