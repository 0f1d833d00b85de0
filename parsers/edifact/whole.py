"""Bodies that are there as a whole: for readers of short answers, which need no chunks."""

from collections.abc import Iterator, Sequence

from parsers.edifact.events import InterchangeEnded, InterchangeHeader, InterchangeStarted, MessageRead
from parsers.edifact.reader import InterchangeReader, NeedData
from parsers.edifact.segment import Elements


def messages_of(data: bytes) -> Iterator[tuple[InterchangeHeader | None, MessageRead]]:
    """Every message with UNB of its interchange. Findings about the envelope are not given. Never raises on any input."""
    reader = InterchangeReader()
    reader.feed(data)
    reader.close()
    header: InterchangeHeader | None = None
    while not isinstance(event := reader.next_event(), NeedData):
        match event:
            case InterchangeStarted():
                header = event.header
            case InterchangeEnded():
                header = None
            case MessageRead():
                yield header, event
            case _:
                pass


def all_segments(message: MessageRead) -> list[Elements]:
    """Every segment, taken apart, its tag in capitals and without spaces."""
    segments = [message.segments.elements(index) for index in range(len(message.segments.texts))]
    return [[[elements[0][0].strip().upper()], *elements[1:]] for elements in segments]


def split_at(segments: Sequence[Elements], tag: str) -> tuple[Sequence[Elements], list[Sequence[Elements]]]:
    """What stands before the first segment with this tag, and the runs that begin with it."""
    starts = [number for number, elements in enumerate(segments) if elements[0][0] == tag]
    ends = [*starts[1:], len(segments)]
    runs = [segments[start:end] for start, end in zip(starts, ends, strict=True)] if starts else []
    return segments[: starts[0]] if starts else segments, runs
