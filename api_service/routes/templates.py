"""`GET /v1/manifests/template.csv` and `template.xlsx`: the table for small operators, with an example. No key is needed."""

from fastapi import APIRouter, Response

from api_service.body import CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE
from parsers.table import template_csv, template_xlsx

router = APIRouter(tags=["carriers"])

_HOUR = "public, max-age=3600"


@router.get("/v1/manifests/template.csv", response_class=Response, responses={200: {"content": {CSV_MEDIA_TYPE: {}}}})
async def csv_template() -> Response:
    """The template as CSV in UTF-8, to be filled in and sent to `POST /v1/manifests`."""
    return _file(template_csv(), f"{CSV_MEDIA_TYPE}; charset=utf-8", "kulla-manifest.csv")


@router.get("/v1/manifests/template.xlsx", response_class=Response, responses={200: {"content": {XLSX_MEDIA_TYPE: {}}}})
async def xlsx_template() -> Response:
    """The template as a workbook, with instructions and lists to choose from."""
    return _file(template_xlsx(), XLSX_MEDIA_TYPE, "kulla-manifest.xlsx")


def _file(data: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": _HOUR}
    return Response(data, media_type=media_type, headers=headers)
