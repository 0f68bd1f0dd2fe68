"""The part of the public API that is about files of volumes. Volumes are folders of the state folder."""

from __future__ import annotations

import asyncio
import email.utils
import re
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

from local_workspace.serve.http import ApiError, Reply, Request

MOST_BYTES = 1_000_000_000
_SECONDS = 600.0
_PART = re.compile(r"[^/\x00]{1,255}")


class FilesFace:
    """`/api/2.0/fs/files` and `/api/2.0/fs/directories`."""

    def __init__(self, volumes: Path) -> None:
        """The folder that stands for `/Volumes`."""
        self._volumes = volumes.resolve()

    async def files(self, request: Request, parts: Sequence[str]) -> Reply:
        """Upload, download, look at, and delete a file."""
        file = self._place(parts)
        match request.method:
            case "PUT":
                await self._write(request, file)
                return Reply(204, b"")
            case "GET" | "HEAD" if file.is_file():
                body = b"" if request.method == "HEAD" else await asyncio.to_thread(file.read_bytes)
                changed = email.utils.formatdate(file.stat().st_mtime, usegmt=True)
                headers = {"last-modified": changed}
                if request.method == "HEAD":
                    headers["content-length"] = str(file.stat().st_size)
                return Reply(200, body, "application/octet-stream", headers)
            case "DELETE" if file.is_file():
                file.unlink()
                return Reply(204, b"")
            case "GET" | "HEAD" | "DELETE":
                raise _missing(parts)

        raise ApiError(404, "ENDPOINT_NOT_FOUND", f"{request.method} {request.path}: not served locally.")

    async def directories(self, request: Request, parts: Sequence[str]) -> Reply:
        """Make, list, look at, and delete a folder."""
        folder = self._place(parts)
        match request.method:
            case "PUT":
                folder.mkdir(parents=True, exist_ok=True)
                return Reply(204, b"")
            case "HEAD" if folder.is_dir():
                return Reply(200, b"")
            case "GET" if folder.is_dir():
                return Reply.of_json({"contents": [self._entry(each) for each in sorted(folder.iterdir())]})
            case "DELETE" if folder.is_dir():
                if any(folder.iterdir()):
                    raise ApiError(400, "DIRECTORY_NOT_EMPTY", "The folder is not empty.")
                folder.rmdir()
                return Reply(204, b"")

        raise _missing(parts)

    def _place(self, parts: Sequence[str]) -> Path:
        """The path that an address means. Raises ApiError for one outside the volumes."""
        if len(parts) < 4 or parts[0] != "Volumes" or not all(_PART.fullmatch(each) for each in parts):
            raise ApiError(
                400, "INVALID_PARAMETER_VALUE", "Expected /Volumes/<catalog>/<schema>/<volume>, and a path in it."
            )
        place = self._volumes.joinpath(*parts[1:])
        if any(each in (".", "..") for each in parts) or not place.resolve().is_relative_to(self._volumes):
            raise ApiError(403, "PERMISSION_DENIED", "This path leads out of the volume.")
        return place

    async def _write(self, request: Request, file: Path) -> None:
        """The whole file or nothing: it gets its name when all of it has arrived."""
        if file.exists() and request.query.get("overwrite") != "true":
            raise ApiError(409, "ALREADY_EXISTS", "The file exists. Say overwrite=true to replace it.")
        if shutil.disk_usage(self._volumes).free < int(request.headers.get("content-length") or 0):
            raise ApiError(507, "RESOURCE_EXHAUSTED", "The disk is full.")
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.parent / f".{secrets.token_hex(8)}.part"

        async def read() -> None:
            with unfinished.open("wb") as opened:
                async for part in request.chunks(MOST_BYTES):
                    opened.write(part)

        try:
            await asyncio.wait_for(read(), _SECONDS)
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)

    def _entry(self, path: Path) -> dict[str, object]:
        facts = path.stat()
        shown = f"/Volumes/{path.relative_to(self._volumes).as_posix()}"
        return {
            "path": shown,
            "name": path.name,
            "is_directory": path.is_dir(),
            "file_size": None if path.is_dir() else facts.st_size,
            "last_modified": int(facts.st_mtime * 1000),
        }


def _missing(parts: Sequence[str]) -> ApiError:
    return ApiError(404, "NOT_FOUND", f"/{'/'.join(parts)} does not exist.")
