"""PAXLST: passenger and crew lists, read and written."""
