-- What a list's owner wants: so many expected false alerts per 1,000 travellers. NULL: the default for the length of the list.
ALTER TABLE watchlists ADD COLUMN false_alerts_per_1000 double precision
    CHECK (false_alerts_per_1000 > 0 AND false_alerts_per_1000 <= 1000);
