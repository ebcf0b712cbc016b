"""What may go wrong when the engine is set up."""


class SetupError(Exception):
    """One sentence that a person can act on, and an exit status."""

    def __init__(self, message: str, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status


class BadChoice(SetupError):
    """What was asked for cannot be done."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 2)
