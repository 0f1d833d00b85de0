"""`/docs`: the OpenAPI document, readable. The network of a border has no way out, so nothing is loaded from elsewhere:
Swagger UI comes from the files of a package, and where that is not installed, a plain list does.
"""

import html
from functools import cache
from importlib import resources
from importlib.util import find_spec
from types import MappingProxyType

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from api_service.problems import NotFoundError

router = APIRouter(include_in_schema=False)

_PACKAGE = "fastapi_offline"
_FILES = MappingProxyType({"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css", "favicon.png": "image/png"})
_DAY = "public, max-age=86400"


@router.get("/docs")
async def documentation(request: Request) -> HTMLResponse:
    """The page."""
    title = request.app.title
    if find_spec(_PACKAGE) is None:
        return HTMLResponse(_plain_page(title, request.app.openapi()))
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=title,
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon.png",
    )


@router.get("/docs/{name}")
async def documentation_file(name: str) -> Response:
    """A file of the page."""
    if name not in _FILES or find_spec(_PACKAGE) is None:
        raise NotFoundError("There is no such file.")
    return Response(_file(name), media_type=_FILES[name], headers={"Cache-Control": _DAY})


@cache
def _file(name: str) -> bytes:
    return (resources.files(_PACKAGE) / "static" / name).read_bytes()


def _plain_page(title: str, document: dict[str, object]) -> str:
    paths = document["paths"]
    assert isinstance(paths, dict)
    rows = "".join(
        f"<tr><td>{method.upper()}<td><code>{html.escape(path)}</code><td>{html.escape(row.get('description', ''))}"
        for path, methods in sorted(paths.items())
        for method, row in methods.items()
    )
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(title)}</title>"
    return f"{head}<h1>{html.escape(title)}</h1><p><a href=/openapi.json>OpenAPI document</a></p><table>{rows}</table></html>"
