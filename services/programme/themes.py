"""Themes that customers' words are searched for, in whatever languages they write."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from services.programme.frozen import Frozen, Listed

_WORD: Final = re.compile(r"[^\W_]+")


def words_of(text: str) -> str:
    """The words of a text, one blank around each: without accents, capitals and marks between them.

    So `" zu spat "` is found in `" kam viel zu spat "`, and ` art ` is not found in ` partly `.
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return f" {' '.join(_WORD.findall(letters))} "


class Theme(Frozen):
    """What customers speak of, by the words that they use for it."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    words: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=64)], ...],
        Field(min_length=1, max_length=200),
        Listed,
    ]

    @model_validator(mode="after")
    def _words_have_letters(self) -> Self:
        empty = [word for word in self.words if not words_of(word).strip()]
        if empty:
            raise ValueError(f"{empty[0]!r} has no letter or digit, so that no text could hold it")
        return self
