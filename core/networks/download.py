"""Downloads that go on where they stopped.

The libraries at hand either begin anew (torch.hub, pooch) or know one site only; HTTP's ranges
(RFC 9110, section 14) are little work on top of the standard library, which heeds proxies, too.
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPSHandler, OpenerDirector, Request, build_opener

from ..errors import EcsetError, InputError

# Called with the bytes that are there and those that the whole file has (None: not known).
Progress = Callable[[int, int | None], None]

# Seconds before each new try after the connection broke; what arrives meanwhile starts them anew.
_WAITS = (1.0, 3.0, 9.0)
_TIMEOUT = 30.0
_BLOCK = 1 << 18


class _Broken(Exception):
    """The connection failed in a way that may pass."""


def download(url: str, part: Path, progress: Progress) -> None:
    """Fetch a file into ``part``, going on after what is there already.

    ``part`` stays whatever happens, so that the next call goes on from there. Raises EcsetError
    when the server can't be reached or does not give the file out, InputError when ``part`` can't
    be written.
    """
    opener = build_opener(HTTPSHandler(context=_trust()))
    waits: Iterator[float] = iter(())  # where nothing has arrived, waiting is in vain
    while True:
        before = _size(part)
        try:
            _go_on(opener, url, part, progress)
        except _Broken as broken:
            if _size(part) != before:
                waits = iter(_WAITS)
            wait = next(waits, None)
            if wait is None:
                raise EcsetError(
                    f"{urlsplit(url).netloc} can't be reached, or the connection broke ({broken}). "
                    "What has arrived is kept; the same command goes on from there."
                ) from None
            time.sleep(wait)
        else:
            return


def _trust() -> ssl.SSLContext:
    """Certificates as the system knows them, also where Python brings none (macOS), and those that
    a company adds for its proxy.
    """
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _go_on(opener: OpenerDirector, url: str, part: Path, progress: Progress) -> None:
    """One connection: from what is there to the end of the file, or to where it breaks."""
    start = _size(part)
    with _answer(opener, url, start) as answer:
        status, headers = answer.status, answer.headers
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            # Nothing comes after what is there: it is the whole file, or more than that.
            if headers.get("Content-Range", "").strip() != f"bytes */{start}":
                part.unlink()
                raise _Broken("the server has another file now")
            progress(start, start)
        elif status == HTTPStatus.PARTIAL_CONTENT:
            range_ = re.match(r"bytes (\d+)-\d+/(\d+)", headers.get("Content-Range", ""))
            if range_ is None or int(range_[1]) != start:
                part.unlink()
                raise _Broken("the server sent another part of the file than was asked for")
            _receive(answer, part, start, int(range_[2]), progress)
        else:  # it knows no ranges, and sends everything
            length = headers.get("Content-Length")
            _receive(answer, part, 0, None if length is None else int(length), progress)


def _answer(opener: OpenerDirector, url: str, start: int) -> Any:
    """The server's answer to a request for the file from a byte on."""
    request = Request(url, headers={"User-Agent": "ecset"})  # noqa: S310 - torchvision's, https
    if start:
        request.add_header("Range", f"bytes={start}-")
    try:
        return opener.open(request, timeout=_TIMEOUT)
    except HTTPError as error:
        if start and error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return error
        if error.code >= 500 or error.code == HTTPStatus.TOO_MANY_REQUESTS:
            raise _Broken(f"HTTP {error.code}, {error.reason}") from None
        raise EcsetError(
            f"{urlsplit(url).netloc} does not give {url} out: HTTP {error.code}, {error.reason}."
        ) from None
    except (OSError, HTTPException) as error:
        raise _Broken(getattr(error, "reason", None) or error) from None


def _receive(answer: Any, part: Path, start: int, total: int | None, progress: Progress) -> None:
    """Write what comes from a byte of the file on. total: how long the file is, when known."""
    done = start
    try:
        with part.open("ab" if start else "wb") as file:
            progress(done, total)
            while block := _read(answer):
                file.write(block)
                done += len(block)
                progress(done, total)
    except BrokenPipeError:  # whoever is told of the progress is gone
        raise
    except OSError as error:
        raise InputError(f"{part} can't be written: {error.strerror}.") from None
    if total is not None and done < total:
        raise _Broken(f"it ended at {done} of {total} bytes")


def _read(answer: Any) -> bytes:
    try:
        block: bytes = answer.read1(_BLOCK)
    except (OSError, HTTPException) as error:
        raise _Broken(error) from None
    return block
