"""Bytes become events, manifests and findings; and manifests become bytes again. No I/O, no clock."""

from parsers.manifests import ManifestReader, read_manifests
from parsers.message import ReadMessage

__all__ = ["ManifestReader", "ReadMessage", "read_manifests"]
