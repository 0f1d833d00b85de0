"""The server's settings: durable first, small second, silent about people third.

Its log is for operators and must hold no passenger data. Messages of errors, their DETAIL and the statements behind them can,
so errors of statements are not logged at all (whoever sent the statement gets them), and `terse` leaves out DETAIL elsewhere.
What remains is what the server says about itself.
"""

from pathlib import Path

CONNECTIONS_MAX = 100
"""An API, a relay and a handful of screeners with pools of ten, and room for a person with psql."""

_SETTINGS = {
    # Nobody but this machine's own processes reach it, by a socket in a closed directory.
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": str(CONNECTIONS_MAX),
    # A receipt is a promise: what was committed survives any crash.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # A machine of two cores and a few gigabytes that also runs the screeners.
    "shared_buffers": "192MB",
    "effective_cache_size": "768MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "max_parallel_workers_per_gather": "0",  # also keeps out of /dev/shm, which containers make tiny
    "jit": "off",  # compiling costs more than any query of ours
    "random_page_cost": "1.1",
    # Checkpoints far apart: each first touch of a page after one writes the whole page to the log.
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "max_wal_size": "2GB",
    "min_wal_size": "128MB",
    # The outbox and purging turn rows over all day.
    "autovacuum": "on",
    "autovacuum_naptime": "20s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.05",
    # The log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def configuration(socket_directory: Path) -> str:
    """The text of postgresql.conf, written anew at every start. An operator's own settings go to `local.conf` beside it."""
    settings = _SETTINGS | {"unix_socket_directories": str(socket_directory)}
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in settings.items()]
    return "\n".join(
        ["# Written at every start. Your own settings belong in local.conf.", *lines, "include_if_exists 'local.conf'", ""]
    )
