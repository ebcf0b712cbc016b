"""What the command line says: sentences for a person, or events for a program."""

import errno
import json
import os
import sys
from typing import Any

from ...sequencer.errors import EcsetError


class Voice:
    """Speaks on standard output, one line at a time.

    For a person: texts, and errors on standard error.  `is_json`: events as JSON objects on
    standard output, errors as well; docs/scripting.md describes them.
    """

    def __init__(self, is_json: bool) -> None:
        self.is_json = is_json
        self._is_heard = True

    def say(self, event: str, text: str = "", /, **fields: Any) -> None:
        """`event` with its `fields` for a program, `text` for a person, if there is any.

        Raises KeyboardInterrupt when nobody listens any more: then there is nobody to work for.
        """
        if self.is_json:
            self._write(json.dumps({"event": event, **fields}))
        elif text:
            self._write(text)

    def tell(self, text: str) -> None:
        """What only a person needs to read."""
        if not self.is_json:
            self._write(text)

    def fail(self, message: str, exit_status: int, **fields: Any) -> None:
        """What went wrong."""
        if self.is_json:
            self.say("error", message=message, exit_status=exit_status, **fields)
        else:
            sys.stdout.flush()
            print(f"ecset: {message}", file=sys.stderr, flush=True)

    def refuse(self, error: EcsetError, **fields: Any) -> int:
        """`fail` with what was raised; returns its exit status."""
        self.fail(str(error), error.exit_status, **fields)
        return error.exit_status

    def _write(self, line: str) -> None:
        if not self._is_heard:
            return
        try:
            print(line, flush=True)
        except OSError as error:
            if error.errno not in {errno.EPIPE, errno.EINVAL}:  # the second is Windows's
                raise
            self._is_heard = False
            # what is still to be flushed, also at the end of the process, goes nowhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise KeyboardInterrupt from None
