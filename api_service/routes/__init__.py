"""Endpoints, a file an area. Each reads the request, calls one use case, and writes the answer."""
