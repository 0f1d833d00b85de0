"""Many identifiers at once are the same as one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.identifiers import derive, derive_each


@settings(max_examples=60, deadline=None)
@given(first=st.text(max_size=8), seconds=st.lists(st.text(max_size=12), max_size=90))
def test_many_are_named_as_each_alone(first: str, seconds: list[str]) -> None:
    assert derive_each("trv", first, seconds) == [derive("trv", first, second) for second in seconds]
