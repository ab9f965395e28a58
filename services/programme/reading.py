"""Reads program.toml and single earning rules; what is wrong is said with its line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from services.errors import InvalidError
from services.programme import lines
from services.programme.earning_rule import EarningRule
from services.programme.fitting import misfit, survey_misfit
from services.programme.phrases import phrase_of
from services.programme.programme import ItemError, Programme
from services.settings import SettingsError

TABLE: Final = "earning"  # of rules, in program.toml; a single rule may be written as such a table too

Model = TypeVar("Model", bound=BaseModel)


class RuleInvalidError(InvalidError):
    """The definition is not an earning rule."""

    reason = "RULE_INVALID"


class TextError(Exception):
    """What is wrong with a TOML text, and where; `key` is empty when no single key is at fault."""

    def __init__(self, line: int, key: str, reason: str) -> None:
        super().__init__(f"line {line}: {key}: {reason}" if key else f"line {line}: {reason}")
        self.line = line
        self.key = key
        self.reason = reason


def load_programme(path: Path | None) -> Programme:
    """The programme of a TOML file; the defaults without one. Raises SettingsError with line and setting."""
    if path is None:
        return Programme()
    try:
        text = _decoded(path.read_bytes())
        return _fitting(_checked(Programme, _parsed(text), text, ()), text)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from error
    except TextError as problem:
        raise SettingsError(f"{path}, {problem}") from problem


def read_rule(text: str, programme: Programme | None = None) -> EarningRule:
    """The rule of a TOML text: its keys alone, or one `[[earning]]` table. Raises RuleInvalidError.

    programme: the one that the rule must fit, where it is not known to.
    """
    try:
        return _rule(text, programme)
    except TextError as problem:
        raise RuleInvalidError(
            str(problem), field="definition", line=problem.line, key=problem.key
        ) from problem


def rule_text(rule: EarningRule) -> str:
    """The rule as TOML, in one form: what `read_rule` makes an equal rule of."""
    fields = rule.model_dump(exclude_defaults=True)
    return "".join(f"{name} = {_toml(value)}\n" for name, value in fields.items())


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value).lower()


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise TextError(raw.count(b"\n", 0, error.start) + 1, "", "this is not UTF-8 text") from error


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_problem(str(error), text) from error
    except (ValueError, RecursionError) as error:  # a number or a nesting that Python itself refuses
        raise TextError(_unreadable(text), "", "a number is too long, or too much is nested") from error


def _syntax_problem(message: str, text: str) -> TextError:
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    assert found is not None, "every message of the parser says where"
    line = int(found[1]) if found[1] else max(len(text.splitlines()), 1)
    return TextError(line, "", message[: found.start()])


def _unreadable(text: str) -> int:
    """The line of the first statement that the parser gives up on."""
    for line, statement in lines.statements(text):
        try:
            tomllib.loads(statement)
        except (ValueError, RecursionError):
            return line
    return 1


def _only_rule(found: Mapping[str, Any], text: str) -> Any:
    rules = found[TABLE]
    where = lines.key_lines(text)
    if len(found) > 1:
        other = next(name for name in found if name != TABLE)
        raise TextError(lines.line_of(where, (other,)), other, "stands outside of the rule")
    if not isinstance(rules, list) or len(rules) != 1:
        last = (TABLE, len(rules) - 1) if isinstance(rules, list) else (TABLE,)
        raise TextError(lines.line_of(where, last), TABLE, "write one rule, as one [[earning]] table")
    return rules[0]


def _checked(model: type[Model], found: Any, text: str, around: lines.Path) -> Model:
    try:
        return model.model_validate(found)
    except ValidationError as error:
        found_at = lines.key_lines(text)
        problems = [_schema_problem(model, one, found_at, around) for one in error.errors()]
        raise min(problems, key=_precedence) from error


def _precedence(problem: TextError) -> tuple[bool, int, int]:
    """What is told first: an unknown field, then the innermost fault, which mostly is behind the others."""
    return not problem.reason.startswith(UNKNOWN), -problem.key.count("."), problem.line


def _rule(text: str, programme: Programme | None) -> EarningRule:
    found = _parsed(text)
    around: lines.Path = (TABLE, 0) if TABLE in found else ()
    rule = _checked(EarningRule, _only_rule(found, text) if around else found, text, around)
    if programme is not None:
        _check_fit(misfit(rule, programme), text, around, ())
    return rule


def _fitting(programme: Programme, text: str) -> Programme:
    for place, rule in enumerate(programme.earning):
        _check_fit(misfit(rule, programme), text, (TABLE, place), (TABLE, place))
    for place, survey in enumerate(programme.surveys):
        _check_fit(survey_misfit(survey, programme), text, ("surveys", place), ("surveys", place))
    return programme


def _check_fit(found: tuple[str, str] | None, text: str, around: lines.Path, shown: lines.Path) -> None:
    """Raise TextError for a key and why it could never do what it says. shown: how its keys are called."""
    if found is not None:
        key, reason = found
        raise TextError(lines.line_of(lines.key_lines(text), (*around, key)), _dotted((*shown, key)), reason)


UNKNOWN: Final = "unknown field"  # told before a missing one: the two are often one slip of the keyboard


def _schema_problem(
    model: type[BaseModel], error: ErrorDetails, found_at: Mapping[lines.Path, int], around: lines.Path
) -> TextError:
    path = error["loc"]
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, ItemError):
        path = (*path, cause.place)
    return TextError(lines.line_of(found_at, (*around, *path)), _dotted(path), _reason(model, error))


def _reason(model: type[BaseModel], error: ErrorDetails) -> str:
    *around, name = error["loc"] or ("",)
    if error["type"] == "extra_forbidden":
        near = get_close_matches(str(name), _inner(model, around).model_fields, n=1)
        return f"{UNKNOWN}; did you mean {near[0]}" if near else UNKNOWN
    return phrase_of(error)


def _inner(model: type[BaseModel], path: list[str | int]) -> type[BaseModel]:
    """The model that the path leads to."""
    for name in path:
        if isinstance(name, str):
            model = _model_of(model.model_fields[name].annotation)
    return model


def _model_of(annotation: Any) -> Any:
    """The model inside an annotation such as tuple[EarningRule, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_of(part))), None)


def _dotted(path: tuple[str | int, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")
