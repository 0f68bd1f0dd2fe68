"""What a document is called outside its source: its key in the index, its blob, and the blob's metadata."""

import hashlib
import re
from urllib.parse import quote, unquote

KEY = "document_key"
PATH = "document_path"
HASH = "document_hash"
DELETED = "document_deleted"
"""Names of metadata. The service takes them as columns of the data source."""

DELETED_VALUE = "true"

_MOST_CHARACTERS = 900
"""Of a blob's name, which may have 1,024 as it travels; the rest is left to the prefix."""
_MOST_OF_A_PART = 254
_MOST_OF_PATH = 500
"""Characters of the path in the metadata, 12 bytes each at most; all metadata of a blob may have 8 kB."""
_LONG = "_long_names"


def document_key(path: str) -> str:
    """The key of a document: 64 hex digits, whatever the name is. The service refuses most signs in a key, and keys of
    more than 1,024 characters, which an encoded path easily has."""
    return hashlib.sha256(path.encode()).hexdigest()


def blob_name(prefix: str, path: str) -> str:
    """Where a document's copy is. A name that a container refuses or changes is replaced by the document's key, in a
    separate folder and with the same ending."""
    if _fits(path):
        return f"{prefix}{path}"
    ending = re.search(r"\.[A-Za-z0-9]{1,10}$", path)
    return f"{prefix}{_LONG}/{document_key(path)}{ending.group().lower() if ending else ''}"


def _fits(path: str) -> bool:
    parts = path.split("/")
    if len(quote(path)) > _MOST_CHARACTERS or any(len(quote(part)) > _MOST_OF_A_PART for part in parts):
        return False
    if any(part in ("", ".", "..") or part.endswith(".") for part in parts):
        return False
    return parts[0] != _LONG and not re.search(r"[\x00-\x1f\x7f-\x9f\\\ufffe\uffff]", path)


def metadata(path: str, content_hash: str) -> dict[str, str]:
    """The metadata of a copy. Values are ASCII, as headers must be; the indexer decodes the path, of which a very long
    one keeps its end only."""
    shown = path[-_MOST_OF_PATH:]
    return {KEY: document_key(path), PATH: quote(shown), HASH: content_hash}


def named_in(key: str) -> tuple[str, ...]:
    """What an indexer's name of a document may mean: its key, its blob's address. The service writes
    `localId=<encoded address>&documentKey=<key>`, and `;<position>` behind the address of an array's element."""
    local = re.search(r"localId=([^&]*)", key)
    address = re.sub(r";\d+$", "", unquote(local.group(1)) if local else key)
    return (*re.findall(r"\b[0-9a-f]{64}\b", key), address)
