"""How much of a table is read. A table is far larger in memory than as a file, and XLSX is compressed besides."""

ROWS_MAX = 20_000
"""The largest ferry carries 5,000 people; a small operator's month has fewer."""

COLUMNS_MAX = 256
"""The template has some fifty columns; a table with more than this is not one of travellers."""

CELLS_MAX = 500_000
"""Cells with a value, over all sheets: 10,000 travellers with every column filled in. Some 100 MB in memory."""

CELL_CHARACTERS_MAX = 1_000
"""A long address has 200."""

LINE_CHARACTERS_MAX = 65_536
"""A row of CSV, quoted line breaks included: every column of the template with an essay in it."""

QUOTED_LINES_MAX = 10
"""Lines that one quoted cell may span. An unclosed quotation mark would otherwise swallow all the travellers after it."""

SHEETS_MAX = 50
"""A flight on each sheet for a month, and some notes."""

FLIGHTS_MAX = 1_000
"""As many as intake takes in one submission."""

FINDINGS_MAX = 1_000
"""Of one message: more than anybody reads."""

HEAD_ROWS_MAX = 60
"""Above the names of the columns: the template has a dozen."""

ZIP_ENTRIES_MAX = 500
"""A workbook has a dozen parts and one for each sheet; the directory of a zip is read as a whole."""

UNZIPPED_BYTES_MAX = 64 * 1024 * 1024
"""Of all the parts that are read together: CELLS_MAX cells at 100 bytes of XML, and room. Counted while inflating, because
what the zip's directory says about sizes is only a claim."""

STRINGS_MAX = 200_000
"""Different texts in a workbook: 10,000 travellers with twenty texts of their own."""

STYLES_MAX = 65_536
"""Cell formats; spreadsheet programs write no more than 65,490."""

XML_DEPTH_MAX = 32
"""The parts that are read are eight deep."""

XML_CHUNK_BYTES = 1024 * 1024
"""What is handed to the XML parser at once. It may look at an unfinished token again with each chunk, so chunks are large."""
