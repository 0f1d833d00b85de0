"""The sandbox: synthetic people, lists, flights and traffic, the same for the same seed.

Nobody here exists. Names are drawn part by part from tables of common names, documents follow their country's pattern with
drawn digits, and every random choice comes from a `random.Random` that a caller seeded: there is no hidden state.
"""
