"""A message to a web address."""

import json
from collections.abc import Mapping
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from retraining.errors import NotifyError

TIMEOUT_SECONDS = 10


class _NoRedirect(HTTPRedirectHandler):
    """A message goes where the spec says, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


def post_json(name: str, address: str, message: Mapping[str, object], otherwise: str) -> None:
    """Posts a message to an address. Raises NotifyError unless the answer has a status below 300; otherwise says what
    that means and what to do."""
    body = json.dumps(message).encode()
    request = Request(address, data=body, headers={"Content-Type": "application/json"}, method="POST")
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT_SECONDS):
            return
    except HTTPError as err:
        found = f"answered with status {err.code}"
    except (OSError, HTTPException) as err:
        found = f"did not answer ({str(err) or type(err).__name__})"
    raise NotifyError(f"{name} {found}, expected a status below 300 within {TIMEOUT_SECONDS} s. {otherwise}")
