"""What can be wrong with an embedded PostgreSQL.

EmbeddedPostgresError
├── DataDirectoryInUseError     another supervisor holds the data directory
├── DataVersionError            the data were written by another major version
└── StartError                  the binaries are missing, or initdb or postgres gave up
"""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot do what was asked; the message says what a person can do about it."""


class DataDirectoryInUseError(EmbeddedPostgresError):
    """Another supervisor holds the data directory."""


class DataVersionError(EmbeddedPostgresError):
    """The data were written by another major version of PostgreSQL."""


class StartError(EmbeddedPostgresError):
    """The server did not come up."""
