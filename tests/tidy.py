"""Tidy: what can be checked about the tree itself is checked here, not remembered.

python -m tests.tidy        prints what is wrong, one line each, and exits 1 if anything is
"""

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from api_service import settings_table
from api_service.sandbox import certification
from schemas import finding_page, generate

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("schemas", "parsers", "screening", "storage", "console", "api_service")

FILE_LINES_MAX = 400
"""A room one can walk through. Tables of data are named below."""
FUNCTION_LINES_MAX = 50
FUNCTION_LINES_MEDIAN_MAX = 8

TABLES = {"schemas/finding_codes.py", "schemas/codes.py"}
"""Tables of data may be as long as the facts they hold."""

BANNED_FILE_NAMES = re.compile(r"(^|_)(util|utils|helper|helpers|manager|common|misc)(_|\.|$)")
BANNED_TEXT = (
    (re.compile(r"(^|[^A-Za-z0-9_.\-<>{}])/(work|farm|root|home/[a-z]+)/", re.MULTILINE), "a path of one machine"),
    (re.compile(r"https?://[^\s\"']*(/simple\b|registry\.|/maven2?/|/pool/|/crates/)"), "a package registry's host"),
    (re.compile(r"--(extra-)?index[-]url|--find[-]links"), "a package index in a requirements file"),
)
TEXT_SUFFIXES = {".py", ".md", ".txt", ".toml", ".yaml", ".yml", ".sql", ".sh", ".xml", ".json", ".in", ""}


def tracked_files() -> list[Path]:
    """What git tracks or would add; a clean checkout without git walks the tree."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / line for line in sorted(set(listed.stdout.splitlines())) if (ROOT / line).is_file()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, its docstring apart."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def size_faults(files: list[Path]) -> Iterator[str]:
    """Files and functions that are too long, and the median over all rooms."""
    lengths: list[int] = []
    for path in files:
        if path.suffix != ".py":
            continue
        text = path.read_text("utf-8")
        if text.count("\n") > FILE_LINES_MAX and named(path) not in TABLES:
            yield f"{named(path)}: {text.count(chr(10))} lines, more than {FILE_LINES_MAX}"
        if named(path).split("/")[0] not in ROOMS:
            continue
        for node in functions(ast.parse(text)):
            lengths.append(code_lines(node))
            if lengths[-1] > FUNCTION_LINES_MAX:
                yield f"{named(path)}:{node.lineno}: {node.name} has {lengths[-1]} lines, more than {FUNCTION_LINES_MAX}"
    if lengths and statistics.median(lengths) > FUNCTION_LINES_MEDIAN_MAX:
        yield f"the median function has {statistics.median(lengths)} lines, more than {FUNCTION_LINES_MEDIAN_MAX}"


def text_faults(files: list[Path]) -> Iterator[str]:
    """Machine paths, registry hosts, banned names, missing module docstrings."""
    for path in files:
        if BANNED_FILE_NAMES.search(path.name):
            yield f"{named(path)}: the name says nothing"
        if path.suffix not in TEXT_SUFFIXES or path.name in {"tidy.py", "LICENSE"}:
            continue
        text = path.read_text("utf-8", "replace")
        for pattern, what in BANNED_TEXT:
            if found := pattern.search(text):
                yield f"{named(path)}:{text.count(chr(10), 0, found.start()) + 1}: {what}"


def docstring_faults(files: list[Path]) -> Iterator[str]:
    """Every room's file says at the top what it is."""
    for path in files:
        written = path.suffix == ".py" and named(path).split("/")[0] in ROOMS and path.stat().st_size
        if written and ast.get_docstring(ast.parse(path.read_text("utf-8"))) is None:
            yield f"{named(path)}: no docstring at the top"


def dead_files(files: list[Path]) -> Iterator[str]:
    """Modules nobody imports and nobody runs."""
    modules = {named(path)[:-3].replace("/", ".").removesuffix(".__init__"): path for path in files if path.suffix == ".py"}
    text = "\n".join(
        path.read_text("utf-8") for path in files if path.suffix in {".py", ".toml", ".sh"} or path.name == "Makefile"
    )
    for module, path in modules.items():
        room = module.split(".")[0]
        if room not in ROOMS or path.name == "__init__.py":
            continue
        package, _, name = module.rpartition(".")
        imported = re.compile(
            rf"\b{re.escape(module)}\b|from {re.escape(package)} import \(?[^)\n]*\b{name}\b|from {re.escape(package)} import \([^)]*\b{name}\b"
        )
        if not imported.search(text):
            yield f"{named(path)}: nobody imports it"


def generated_faults() -> Iterator[str]:
    """Generated files that differ from their source."""
    yield from (f"schemas/json/{name}.json is out of date: run `make generate`" for name in generate.outdated())
    if finding_page.outdated():
        yield "docs/carriers/findings.md is out of date: run `make generate`"
    if settings_table.outdated():
        yield "README.md has another table of settings: run `make generate`"
    yield from (f"docs/carriers: {name} is out of date: run `make generate`" for name in certification.outdated())


def main() -> int:
    """Print the faults; 1 if there are any."""
    files = tracked_files()
    faults = [
        *size_faults(files),
        *text_faults(files),
        *docstring_faults(files),
        *dead_files(files),
        *generated_faults(),
    ]
    sys.stdout.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
