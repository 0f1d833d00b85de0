"""The README's table of settings, made from the settings themselves: `python -m api_service.settings_table`."""

import sys

from pydantic.fields import FieldInfo

from api_service.settings import Settings


def settings_table() -> str:
    """The table in Markdown, one row a setting."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    return "\n".join(["| Variable | Default | Meaning |", "| --- | --- | --- |", *rows]) + "\n"


def _row(name: str, field: FieldInfo) -> str:
    return f"| `KULLA_{name.upper()}` | {_default(field.default)} | {field.description} |"


def _default(value: object) -> str:
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return "`on`" if value else "`off`"
    return f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(settings_table())
