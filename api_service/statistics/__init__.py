"""Counts for planning and oversight: no cell of fewer than ten people. `docs/statistics.md` describes the method."""
