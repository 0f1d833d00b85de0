"""Why a request is refused, said without HTTP: use cases raise these, `api_service.errors` has the one table to problem+json.

    RefusalError
    +-- UnauthenticatedError      no key, or not a valid one
    +-- ForbiddenError            a valid key that may not do this
    +-- NotFoundError             there is no such thing, or not for this key
    +-- ConflictError             illegal in the present state
    +-- StaleVersionError         the caller saw an older version
    +-- VersionRequiredError      the caller did not say which version it saw
    +-- InvalidRequestError       well-formed, but makes no sense
    +-- MalformedRequestError     not even well-formed
    +-- RequestTimeoutError      the body did not arrive
    +-- BodyTooLargeError
    +-- UnsupportedMediaTypeError
    +-- NotAcceptableError        no form of the answer is one that the caller accepts
    +-- TooManyRequestsError
    +-- OverloadedError           too much in flight; trying again soon is safe
    +-- IdentityProviderError     who asks cannot be found out now

`detail` and `extras` go to the caller, so neither may hold passenger data.
"""

from collections.abc import Mapping


class RefusalError(Exception):
    """A request that is refused, with a sentence for the caller."""

    retry_after_seconds: float | None = None

    def __init__(self, detail: str, extras: Mapping[str, object] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extras = dict(extras or {})


class UnauthenticatedError(RefusalError):
    """No key, or not a valid one. The sentence never says which part was wrong."""


class ForbiddenError(RefusalError):
    """A valid key that may not do this."""


class NotFoundError(RefusalError):
    """There is no such thing, or none that this key may know of."""


class ConflictError(RefusalError):
    """Illegal in the present state."""


class StaleVersionError(RefusalError):
    """The caller decided on an older version than the present one."""


class VersionRequiredError(RefusalError):
    """The caller must say (If-Match) which version it decides on."""


class InvalidRequestError(RefusalError):
    """Well-formed, but makes no sense."""


class MalformedRequestError(RefusalError):
    """Not even well-formed."""


class RequestTimeoutError(RefusalError):
    """The body did not arrive in time."""


class BodyTooLargeError(RefusalError):
    """More than the limit, which `extras` names."""


class UnsupportedMediaTypeError(RefusalError):
    """A body of a kind that this endpoint does not read."""


class NotAcceptableError(RefusalError):
    """The answer comes in none of the forms that the caller accepts. Nothing was done."""


class TooManyRequestsError(RefusalError):
    """Over the key's rate. `retry_after_seconds` from now there is room again."""

    def __init__(self, detail: str, retry_after_seconds: float) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class OverloadedError(RefusalError):
    """Too much in flight at once. Nothing was stored."""

    retry_after_seconds = 2.0


class IdentityProviderError(RefusalError):
    """The identity provider does not answer, so nobody knows whether a token of its counts."""

    retry_after_seconds = 10.0
