"""Logs as JSON lines; none ever carries an identifier or an address."""

import logging
import os
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

ADDRESS: Final = re.compile(r"(?:[0-9A-Fa-f]{2}[:_-]){5}[0-9A-Fa-f]{2}")  # as BlueZ and its paths spell it
MASKED: Final = "<address>"
PRIORITIES: Final = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}  # of syslog

Fields = MutableMapping[str, Any]


def configure_logs(level: str) -> None:
    """Sends structlog's events to stderr, one JSON object a line; libraries only speak up from WARNING on.

    Under systemd each line begins with its priority, which journald takes off.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_mask_record)
    to_journal = "JOURNAL_STREAM" in os.environ
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _mask_fields,
            *((_with_priority,) if to_journal else (structlog.processors.JSONRenderer(),)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _mask_record(record: logging.LogRecord) -> bool:
    """What libraries say may hold an address that was heard."""
    record.msg, record.args = ADDRESS.sub(MASKED, record.getMessage()), None
    return True


def _mask_fields(_logger: Any, _method: str, fields: Fields) -> Fields:
    for name, value in fields.items():
        if isinstance(value, str):
            fields[name] = ADDRESS.sub(MASKED, value)
    return fields


def _with_priority(logger: Any, method: str, fields: Fields) -> str:
    priority = PRIORITIES.get(str(fields["level"]), 6)
    return f"<{priority}>{structlog.processors.JSONRenderer()(logger, method, fields)!s}"
