"""Tokens of an identity provider (OpenID Connect): people sign in there, and come here with a signed token.

rules.py      what is expected of a token: the settings, checked
provider.py   the provider's public keys, fetched and kept fresh within bounds
claims.py     a token whose signature holds -> who asks; pure, the time is an argument
"""
