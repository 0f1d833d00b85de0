"""CUSRES, the answer to a PAXLST: what was taken in, and whose data do not suffice. Never a word about screening."""
