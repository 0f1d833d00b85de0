"""`/docs`: the OpenAPI document, readable. The network of a border has no way out, so nothing is loaded from elsewhere:
Swagger UI comes from the files of a package.
"""

from functools import cache
from importlib import resources
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
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=request.app.title,
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon.png",
    )


@router.get("/docs/{name}")
async def documentation_file(name: str) -> Response:
    """A file of the page."""
    if name not in _FILES:
        raise NotFoundError("There is no such file.")
    return Response(_file(name), media_type=_FILES[name], headers={"Cache-Control": _DAY})


@cache
def _file(name: str) -> bytes:
    return (resources.files(_PACKAGE) / "static" / name).read_bytes()
