"""Style sheets, scripts and pictures, held in memory and addressed by their content."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOLDER: Final = Path(__file__).parent / "static"
SERVED: Final = frozenset({".css", ".js", ".svg"})  # the licences beside them are for readers of the source
KEEP: Final = "public, max-age=31536000, immutable"  # the address changes with the content
HASH_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:HASH_DIGITS]


class Assets:
    """Every file of the static folder that a page may ask for."""

    def __init__(self) -> None:
        self._assets = {
            path.relative_to(FOLDER).as_posix(): _read(path)
            for path in sorted(FOLDER.rglob("*"))
            if path.suffix in SERVED
        }
        self._addresses = {name: f"/static/{asset.digest}/{name}" for name, asset in self._assets.items()}

    def address(self, name: str) -> str:
        """Where a page finds this file. Raises KeyError when there is none."""
        return self._addresses[name]

    async def serve(self, request: Request) -> Response:
        name = request.path_params["name"]
        if self._addresses.get(name) != request.url.path:
            raise HTTPException(404)
        asset = self._assets[name]
        return Response(asset.body, media_type=asset.media_type, headers={"Cache-Control": KEEP})

    async def serve_favicon(self, request: Request) -> Response:
        """For browsers that ask before they have read the page."""
        del request
        asset = self._assets["favicon.svg"]
        return Response(asset.body, media_type=asset.media_type)


def _read(path: Path) -> Asset:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(path.read_bytes(), media_type)
