"""Tables of small operators, general aviation and ferries: CSV and XLSX, read into the same manifest with the same findings.

    bytes -> sheets of sparse rows (`delimited`, `workbook`)      what a cell says and how sure the file is of it
          -> head block, named columns, rows (`layout`, `columns`)  which cell means what
          -> flights and travellers (`reader`, `flight`, `person`)  the manifest, one for each flight and list

One bad cell never costs a traveller, one bad row never costs the table. Formulas are never evaluated, macros and links never
followed, and what a hostile file may cost is bounded in `limits`.
"""

from parsers.table.reader import read_manifest_table
from parsers.table.template import template_csv, template_xlsx

__all__ = ["read_manifest_table", "template_csv", "template_xlsx"]
