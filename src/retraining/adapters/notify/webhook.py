"""A message to a web address."""

import json
import re
from collections.abc import Callable, Mapping
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from retraining.errors import NotifyError, ParameterError
from retraining.spec.serving_section import WEB_ADDRESS_PATTERN, ConsumerSection

TIMEOUT_SECONDS = 10


class _NoRedirect(HTTPRedirectHandler):
    """A message goes where the spec says, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


def post_json(
    role: str,
    receiver: ConsumerSection,
    message: Mapping[str, object],
    otherwise: str,
    read_secret: Callable[[str, str], str],
) -> None:
    """Posts a message to a receiver, whose role is for people. read_secret gives the text of a secret by its scope and
    its key.

    Raises NotifyError unless the answer has a status below 300; otherwise says what that means and what to do.
    """
    name = f"{role} {receiver.name}"
    address = _address(name, receiver, otherwise, read_secret)
    body = json.dumps(message).encode()
    try:
        request = Request(address, data=body, headers={"Content-Type": "application/json"}, method="POST")
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS):
            return
    except HTTPError as err:
        found = f"answered with status {err.code}"
    except ValueError:  # what a web address looks like, and the library cannot take apart
        found = "has an address that cannot be called"
    except (OSError, HTTPException) as err:
        found = f"did not answer ({_why(err)})"
    raise NotifyError(f"{name} {found}, expected a status below 300 within {TIMEOUT_SECONDS} s. {otherwise}")


def _address(name: str, receiver: ConsumerSection, otherwise: str, read_secret: Callable[[str, str], str]) -> str:
    if receiver.secret is None:
        return str(receiver.webhook)

    scope, key = receiver.secret
    try:
        address = read_secret(scope, key).strip()
    except ParameterError as err:
        raise NotifyError(f"{name} has no address: {err} {otherwise}") from err
    if not re.match(WEB_ADDRESS_PATTERN, address):
        raise NotifyError(
            f"{name} has no address: the secret `{key}` of scope `{scope}` is not a web address such as "
            f"https://example.com/hook, without a password in front of the host. {otherwise}"
        )
    return address


def _why(err: Exception) -> str:
    """What the system says. The HTTP client's own errors may quote the address, which may be a secret."""
    return type(err).__name__ if isinstance(err, HTTPException) or not str(err) else str(err)
