"""A question that takes a moment, asked beside the interface.  Standard library only."""

import threading
from collections.abc import Callable


class Inquiry:
    """One question at a time; an answer that nobody waits for any more does not count."""

    def __init__(self, name: str) -> None:
        """`name`: of the thread that asks."""
        self._name = name
        self._asking: threading.Thread | None = None

    @property
    def is_under_way(self) -> bool:
        return self._asking is not None and self._asking.is_alive()

    def ask(self, question: Callable[[], Callable[[], None]]) -> None:
        """Call `question` in a thread, then what it returns, unless one is under way."""
        if self.is_under_way:
            return

        def work() -> None:
            take = question()
            if self._asking is threading.current_thread():
                take()

        self._asking = threading.Thread(target=work, name=self._name, daemon=True)
        self._asking.start()

    def forget(self) -> None:
        """The answer to what is under way does not count."""
        self._asking = None
