"""On whose behalf the command line works: a researcher's own tool, unless the operator says otherwise."""

import os

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.profile import RESEARCHER, Authority, Profile

PROFILE_VARIABLE = "GLUCOTWIN_PROFILE"
"""Environment variable by which an operator sets the profile; there is no option for it."""


def local_authority() -> Authority:
    """The researcher's authority, in the profile that the operator has set.

    Raises:
        DataError: the variable holds no profile.
    """
    return Authority(profile=operator_profile(RESEARCHER.profile), role=RESEARCHER.role)


def operator_profile(default: Profile) -> Profile:
    """The profile that the operator has set.

    Args:
        default: when the operator has set none.

    Raises:
        DataError: the variable holds no profile.
    """
    from glucotwin.core.message import message

    value = os.environ.get(PROFILE_VARIABLE, "")
    if not value:
        return default
    try:
        return Profile(value)
    except ValueError as error:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            message("profile-unknown", variable=PROFILE_VARIABLE, value=repr(value)),
            hint=message("profile-unknown-hint"),
        ) from error
