"""The vocabulary: immutable nouns that every other package speaks. No I/O, no clock, no randomness."""
