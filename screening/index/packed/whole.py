"""Bits as whole numbers of 1/64: what the packed index computes in."""

from screening.rarity import BITS_GRAIN


def whole(bits: float) -> int:
    """The nearest number of 1/64 bits; exact for every number of a model."""
    return round(bits * BITS_GRAIN)
