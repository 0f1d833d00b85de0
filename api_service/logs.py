"""Logs: one JSON object a line, and never passenger data, by construction.

Whatever is logged passes `only_allowed`: fields that are not on the list below are dropped (their names are kept in `dropped`,
so that a developer notices), and texts are cut. Records of libraries that log through the standard library keep their message
*template* and lose its arguments; exceptions keep their type and the places they passed, and lose their text.
"""

import logging
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

TEXT_CHARACTERS_MAX = 200
"""Identifiers and sentences of ours are shorter; a longer text is somebody's data."""
FRAMES_MAX = 12
"""Enough to find the place; the outermost frames are always the framework's."""

_ALLOWED_TEXT = """
event level timestamp logger service_role process pid request_id method route status seconds key_id role error frames
submission_id manifest_id alert_id list_id record_version list_version flight_id quarantine_id
outcome messages bytes partition partitions reader topic offset position batch events count alerts travellers manifests
added changed removed unchanged rejected rows table age_seconds matcher_version host port_number mode version
reason_code attempt exit_code signal block hash webhook_id failure
address claimed_key_id closed_seconds token_fault
"""
ALLOWED = frozenset(_ALLOWED_TEXT.split())
"""Every field that may be logged. All are identifiers, counts, durations or words of our own."""


def only_allowed(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The processor that keeps passenger data out."""
    kept: EventDict = {key: _short(value) for key, value in event.items() if key in ALLOWED}
    dropped = sorted(key for key in event if key not in ALLOWED)
    if dropped:
        kept["dropped"] = dropped
    return kept


def _short(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_short(item) for item in value[:FRAMES_MAX]]
    return str(value)[:TEXT_CHARACTERS_MAX]


def failure(error: BaseException) -> Mapping[str, object]:
    """An exception as loggable fields: `error` its type, `frames` the innermost places. Its text could hold anything."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES_MAX:]
    return {
        "error": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _processors() -> Sequence[Processor]:
    return (
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        only_allowed,
        structlog.processors.JSONRenderer(),
    )


def make_logger(level: str, stream: TextIO = sys.stderr) -> FilteringBoundLogger:
    """A logger with this lowest level (debug, info, warning, error)."""
    wrapped = structlog.wrap_logger(
        structlog.WriteLogger(stream), processors=_processors(), wrapper_class=structlog.make_filtering_bound_logger(level)
    )
    return cast("FilteringBoundLogger", wrapped)


_TALKATIVE = ("httpx", "httpcore", "uvicorn.error", "aiokafka")
"""Libraries that tell of each request or connection; what they warn of is enough."""


def configure_logs(level: str, stream: TextIO = sys.stderr) -> None:
    """Once per process, at its start: `structlog.get_logger()` and the standard library's loggers write our lines."""
    structlog.configure(
        processors=_processors(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
    )
    handler = _StandardLibraryHandler(make_logger(level, stream))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for talkative in _TALKATIVE:
        logging.getLogger(talkative).setLevel(logging.WARNING)


class _StandardLibraryHandler(logging.Handler):
    """Takes what libraries log: the first line of the template, without its arguments."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        fields = failure(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        event = str(record.msg).partition("\n")[0]
        self._logger.log(record.levelno, event, logger=record.name, **fields)
