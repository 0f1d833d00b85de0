r"""JSON on its way into a jsonb column.

PostgreSQL's text cannot hold U+0000, though JSON can (`\u0000`). Where a value has one it is replaced by U+FFFD, the
character for "something unreadable was here": losing an alert over it would be worse.
"""

import orjson

_ZERO = "\\u0000"


def json_text(value: object) -> str:
    """JSON for a `$1::jsonb` parameter."""
    text = orjson.dumps(value).decode()
    return text if _ZERO not in text else orjson.dumps(_without_zeros(orjson.loads(text))).decode()


def _without_zeros(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_without_zeros(item) for item in value]
    if isinstance(value, dict):
        return {_without_zeros(key): _without_zeros(item) for key, item in value.items()}
    return value
