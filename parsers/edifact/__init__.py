"""UN/EDIFACT: bytes to segments with locations, and segments to bytes."""
