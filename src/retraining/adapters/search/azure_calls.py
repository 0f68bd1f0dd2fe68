"""Calls of Azure: what is tried again, for how long, and what an error means."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from retraining.errors import SearchError

Answer = TypeVar("Answer")
Sleep = Callable[[float], None]

RETRIES: dict[str, Any] = {
    "retry_total": 4,
    "retry_connect": 2,
    "retry_read": 3,
    "retry_status": 4,
    "retry_backoff_factor": 0.5,
    "retry_backoff_max": 10,
    "connection_timeout": 10,
    "read_timeout": 60,
}
"""A service that refuses is asked again for about a quarter of a minute, or as it says itself."""

MOST_WAIT = 60.0
"""Seconds that a service may ask to be left alone, before each of these attempts. The SDK would wait for an hour."""
AT_ONCE = 16
"""Calls that go on at the same time, each on a separate connection."""
_TIMES = 5
_AGAIN = (408, 409, 429, 500, 502, 503, 504)
_TOO_MANY = 429


@contextmanager
def talking_to(what: str) -> Iterator[None]:
    """Makes one error of those of the SDK. what: the thing that is spoken to and its name, such as `container
    pages`."""
    from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

    try:
        yield
    except ClientAuthenticationError as err:
        raise SearchError(
            f"{what} refuses who is asking ({_said(err)}). Check the secret or the credential that `access` in the "
            f"spec names, that it has not run out, and its roles: Storage Blob Data Contributor, Search Service "
            f"Contributor and Search Index Data Contributor."
        ) from err
    except HttpResponseError as err:
        raise SearchError(f"{what} answered with status {err.status_code} ({_said(err)}). {_cure(err)}") from err
    except AzureError as err:
        raise SearchError(
            f"{what} did not answer ({type(err).__name__}). Check its address in the spec and the network; then start "
            f"the run again: it goes on."
        ) from err


def search_options() -> dict[str, Any]:
    """How clients of a search service try again."""
    from azure.core.pipeline.policies import RetryPolicy

    class BoundedRetry(RetryPolicy[Any, Any]):
        def get_retry_after(self, response: Any) -> float | None:
            asked = super().get_retry_after(response)
            return None if asked is None else min(asked, MOST_WAIT)

    return {**RETRIES, "retry_policy": BoundedRetry(**RETRIES)}


def storage_options() -> dict[str, Any]:
    """How clients of a container try again, over as many connections as there are calls at once."""
    from azure.core.pipeline.transport import RequestsTransport
    from requests import Session
    from requests.adapters import HTTPAdapter

    session = Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_maxsize=AT_ONCE))
    return {**RETRIES, "transport": RequestsTransport(session=session)}


def patiently(call: Callable[[], Answer], sleep: Sleep) -> Answer:
    """Calls again where a service is busy and does not say for how long: the SDK itself does not repeat such a POST."""
    from azure.core.exceptions import HttpResponseError

    for time in range(1, _TIMES):
        try:
            return call()
        except HttpResponseError as err:
            answer: Any = err.response
            if err.status_code != _TOO_MANY or (answer is not None and "Retry-After" in answer.headers):
                raise
            sleep(2.0 ** (time - 1))
    return call()


def is_worth_another_try(status: int) -> bool:
    """Whether the status of one document in an answer may be another one the next time."""
    return status in _AGAIN


def without_values(text: str, most: int = 200) -> str:
    """The beginning of what a service says, without what it quotes: that may be a value of a document."""
    masked = re.sub(r"'[^']*'|\"[^\"]*\"", "'...'", " ".join(text.split()))
    return masked if len(masked) <= most else f"{masked[: most - 3]}..."


def _said(err: Any) -> str:
    code = getattr(err, "error_code", None) or getattr(getattr(err, "error", None), "code", None)
    return str(code or err.reason or type(err).__name__)


def _cure(err: Any) -> str:
    if err.status_code == 403:
        return "Give the job's principal the roles that the page about search indexes lists."
    if err.status_code == 404:
        return "Check its name in the spec, and that it exists."
    if err.status_code in _AGAIN:
        return "It was asked several times. Start the run again later: it goes on from here."
    return "Correct what it names; then start the run again: it goes on from here."
