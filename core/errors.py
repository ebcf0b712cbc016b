"""The two ways in which a job can end badly, and the exit status that each one has."""


class EcsetError(Exception):
    """A failure that is told in one sentence and needs no traceback."""

    exit_status = 1


class InputError(EcsetError):
    """Something that the person gave is wrong, and the person can put it right."""

    exit_status = 2


class Cancelled(BaseException):
    """The work was asked to stop (a signal, or the parent process is gone).

    Not an ``Exception``, so that no handler of failures swallows it on its way out.
    """

    exit_status = 130
