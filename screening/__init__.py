"""Values become evidence: names, dates and documents compared, scored in bits, and turned into alerts. No I/O but `worker`."""
