"""The drop folder: files that appear are received as if they had come over HTTP, then moved, with a report beside them.

    DIR/manifest.csv            appears, is written, rests
    DIR/done/manifest.csv       received: at least one manifest of every part was read
    DIR/failed/manifest.csv     nothing of it, or not all of it, could be read
    DIR/done/manifest.csv.receipt.json, .report.txt     what was read and what was wrong, for programs and for people

With one carrier for the folder, its files lie in DIR itself. Without, each sub-folder is a carrier's and has its own `done` and
`failed`, so that a carrier that comes in by SFTP sees its own and nobody else's.

Receiving is idempotent by the bytes' SHA-256, and a file is moved last of all. So nothing has to be remembered: a process that
is killed at any moment finds the file where it was, receives it again, gets the first receipt, and moves it.
"""
