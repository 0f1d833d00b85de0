"""Bytes become events, manifests and findings; and manifests become bytes again. No I/O, no clock."""
