"""A database restored from a dump: its outboxes carry transaction ids of another server.

A new server counts its transactions from the beginning. Restored rows would look as if they were still to come, and whatever is
written next as if every reader had seen it: screening would stand still, and say that it had nothing to do. So before anything
else runs on it, restored rows are put in front of all transactions, in their old order of positions, and readers begin again.
What they see twice they absorb. Progress of Kafka readers (major 0) knows nothing of transactions and stays.
"""

from storage.database import Work
from storage.sql import queries


async def mend(work: Work) -> bool:
    """Put an outbox in order that another server wrote; returns whether there was one. Costs a glance where there was none."""
    sql = queries("restored")
    if not await work.fetchval(sql["is_restored"]):
        return False
    for statement in ("mend_manifest_outbox", "mend_alert_outbox", "mend_progress", "mend_webhooks"):
        await work.execute(sql[statement])
    return True
