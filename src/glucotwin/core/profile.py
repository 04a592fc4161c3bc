"""Profiles: who may be told what. One table, enforced in the workflows, below command line and API.

``review`` is the default of a service: nobody is given an insulin what-if, dose, basal or medicine suggestion.
``research`` is set by the operator of an installation, never by a user's toggle; the Python API and the local command
line are a researcher's own tools and run in it.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, NotAllowedError


class Profile(StrEnum):
    """How an installation is run."""

    REVIEW = "review"
    RESEARCH = "research"


class Role(StrEnum):
    """Who is asking."""

    PERSON = "person"
    CARER = "carer"
    CLINICIAN = "clinician"
    RESEARCHER = "researcher"
    ADMIN = "admin"


class Capability(StrEnum):
    """What is being asked for."""

    DESCRIBE = "describe"
    FORECAST = "forecast"
    WHAT_IF_LIFESTYLE = "what-if-lifestyle"
    WHAT_IF_INSULIN = "what-if-insulin"
    ADVISE_DOSE = "advise-dose"
    SIMULATE_VIRTUAL = "simulate-virtual"


_CARE = frozenset({Role.PERSON, Role.CARER, Role.CLINICIAN, Role.RESEARCHER})
_PROFESSIONAL = frozenset({Role.CLINICIAN, Role.RESEARCHER})
_NOBODY: frozenset[Role] = frozenset()

PERMISSIONS = MappingProxyType(
    {
        (Capability.DESCRIBE, Profile.REVIEW): _CARE,
        (Capability.DESCRIBE, Profile.RESEARCH): _CARE,
        (Capability.FORECAST, Profile.REVIEW): _CARE,
        (Capability.FORECAST, Profile.RESEARCH): _CARE,
        (Capability.WHAT_IF_LIFESTYLE, Profile.REVIEW): _CARE,
        (Capability.WHAT_IF_LIFESTYLE, Profile.RESEARCH): _CARE,
        (Capability.WHAT_IF_INSULIN, Profile.REVIEW): _NOBODY,
        (Capability.WHAT_IF_INSULIN, Profile.RESEARCH): _PROFESSIONAL,
        (Capability.ADVISE_DOSE, Profile.REVIEW): _NOBODY,
        (Capability.ADVISE_DOSE, Profile.RESEARCH): _PROFESSIONAL,
        (Capability.SIMULATE_VIRTUAL, Profile.REVIEW): _PROFESSIONAL,
        (Capability.SIMULATE_VIRTUAL, Profile.RESEARCH): _PROFESSIONAL,
    }
)
"""Roles that hold each capability in each profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """On whose behalf a workflow runs: the installation's profile and the asker's role."""

    profile: Profile = Profile.REVIEW
    role: Role = Role.PERSON

    def allows(self, capability: Capability) -> bool:
        """Whether the table grants the capability."""
        return self.role in PERMISSIONS[capability, self.profile]

    def require(self, capability: Capability) -> None:
        """Passes silently when the capability is granted.

        Raises:
            NotAllowedError: the table does not grant it.
        """
        if not self.allows(capability):
            raise NotAllowedError(
                ErrorCode.NOT_ALLOWED,
                f"'{capability}' is not available to a {self.role} in the {self.profile} profile.",
                hint="The profile is set by whoever runs the installation; see docs/explanation/profiles.md.",
            )


RESEARCHER = Authority(profile=Profile.RESEARCH, role=Role.RESEARCHER)
"""The authority of the Python API and the local command line."""
