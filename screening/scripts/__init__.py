"""Letters of the world's scripts to A-Z: one file for each script that has a table of ours, and a library for the others.

A letter often has several customs, and guessing between them would lose people, so `transliterate.spellings` returns the
whole text once per custom. Sources: `docs/names.md`.
"""
