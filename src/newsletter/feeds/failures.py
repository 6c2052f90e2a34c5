"""The end of the third party's exceptions: whatever a GET raised becomes a status and words for people."""

from __future__ import annotations

import ssl

import httpcore

from newsletter.domain.feed import FetchStatus


class FetchFailure(Exception):
    """Our own verdict on a GET; ``status`` is its kind, the text a detail for people."""

    status = FetchStatus.UNREACHABLE


class Refusal(FetchFailure):
    """A rule of our own forbids this request: scheme, user name, redirects, private address."""

    status = FetchStatus.REFUSED


class NameUnknown(FetchFailure):
    """The host's name could not be resolved."""


class BrokenBody(FetchFailure):
    """The body broke off, or is compressed in a way nobody asked for."""


class TooLarge(FetchFailure):
    """The body passed the limit, compressed or not."""

    status = FetchStatus.TOO_LARGE


def failure_of(error: Exception, seconds: float) -> tuple[FetchStatus, str]:
    """(status, detail) of a GET that raised; ``seconds`` is the total time limit, for the words."""
    match error:
        case FetchFailure():
            return error.status, str(error)
        case httpcore.ConnectTimeout():
            return FetchStatus.TIMED_OUT, "no connection in time"
        case TimeoutError() | httpcore.TimeoutException():
            return FetchStatus.TIMED_OUT, f"no whole answer within {seconds:g} seconds"
        case httpcore.ConnectError():
            return FetchStatus.UNREACHABLE, _connection(error)
        case httpcore.NetworkError() | httpcore.ProtocolError():
            return FetchStatus.UNREACHABLE, "the connection broke off in the middle of the answer"
    return FetchStatus.UNREACHABLE, f"an unexpected {type(error).__name__}"


def _connection(error: BaseException) -> str:
    """Why no connection came about; the certificate's fault is worth its own words."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return "no secure connection could be agreed on"
        cause = cause.__cause__ or cause.__context__
    return "no connection was accepted"
