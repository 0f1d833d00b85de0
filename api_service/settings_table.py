"""The README's table of settings, made from the settings themselves.

python -m api_service.settings_table            put it into README.md
python -m api_service.settings_table --check    exit 1 if README.md has another
"""

import sys
from pathlib import Path

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


README = Path(__file__).resolve().parent.parent / "README.md"
_BEGIN = "<!-- settings: made by `python -m api_service.settings_table` -->\n"
_END = "<!-- end of settings -->"


def with_table(text: str) -> str:
    """The README's text with the table as it must be."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    assert begin, "the README has lost the marks around its settings"
    assert end, "the README has lost the marks around its settings"
    return before + begin + settings_table() + end + after


def outdated() -> bool:
    """Whether the README's table is not what the settings say."""
    text = README.read_text("utf-8")
    return with_table(text) != text


def main(arguments: list[str]) -> int:
    """Write, or check."""
    if "--check" in arguments:
        return 1 if outdated() else 0
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
