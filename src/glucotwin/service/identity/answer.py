"""What comes of asking a provider: somebody it knows, or an error. Needs no extra."""

from dataclasses import dataclass

from glucotwin.core.error import ErrorCode, GlucoTwinError
from glucotwin.core.message import message
from glucotwin.service.problem import NotSignedInError


class ProviderError(GlucoTwinError):
    """The provider cannot be reached, or answers what no provider does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody as a provider knows them.

    Attributes:
        issuer: the provider.
        subject: by whom it knows them, for ever and for nobody else.
        name: how they are called; blank when it is not told.
        mail: an address that the provider says it has checked; blank without one.
        locale: their language as a tag; blank when it is not told.
    """

    issuer: str
    subject: str
    name: str
    mail: str
    locale: str


def refused() -> NotSignedInError:
    """The error of a return that signs nobody in."""
    return NotSignedInError(ErrorCode.SIGN_IN_REFUSED, message("provider-refused"), hint=message("provider-try-again"))


def unreachable() -> ProviderError:
    """The error of a provider that gives no answer."""
    hint = message("provider-try-again")
    return ProviderError(ErrorCode.SOURCE_UNREACHABLE, message("provider-unreachable"), hint=hint)


def strange() -> ProviderError:
    """The error of a provider that answers something else."""
    return ProviderError(ErrorCode.SOURCE_ANSWER, message("provider-strange"), hint=message("provider-strange-hint"))
