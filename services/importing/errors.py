"""What can stop an import, in words for the person who started it."""

from typing import ClassVar


class ImportingError(Exception):
    """The import stopped."""

    exit_code: ClassVar[int] = 1


class BadInputError(ImportingError):
    """The file or an option is at fault; nothing was sent."""

    exit_code: ClassVar[int] = 2


class MissingColumnError(BadInputError):
    """The file has no column for a value that every order needs."""

    def __init__(self, canonical: str, wanted: str, present: tuple[str, ...]) -> None:
        self.canonical = canonical
        self.wanted = wanted
        super().__init__(
            f"The file has no column {wanted!r} for {canonical}. Name it with --map {canonical}=COLUMN; "
            f"the file's columns are: {', '.join(present)}."
        )


class ServerError(ImportingError):
    """The server cannot be reached or does not accept the import."""


class ServerDeniesError(ServerError):
    """The server refuses the stream as a whole; sending again would not help."""


class ServerGoneError(ServerError):
    """The server acknowledged nothing for longer than the caller's patience."""
