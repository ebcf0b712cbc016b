"""What may go wrong, as one sentence a person can act on, and the exit status it ends with."""

EXIT_DONE = 0
EXIT_FAILURE = 1
EXIT_BAD_INPUT = 2
EXIT_CANCELLED = 130


class EcsetError(Exception):
    """A failure on the way (a full disk, a crashed child); the message is one sentence."""

    exit_status = EXIT_FAILURE


class BadInput(EcsetError):
    """Something a person asked for cannot be done; the message says what to do instead."""

    exit_status = EXIT_BAD_INPUT
