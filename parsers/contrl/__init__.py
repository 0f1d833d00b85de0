"""CONTRL, the syntax and service report (ISO 9735-4): what was taken in, what was refused, and where the errors are."""
