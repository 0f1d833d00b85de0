"""Gives the database its row security (`queries/row_security.sql`), after the migrations and only where it has another."""

import hashlib

from storage.database import Work
from storage.sql import queries


async def apply(work: Work) -> bool:
    """Make the roles where this user may, and grant what each needs. False where there are no roles: then there is one wall.

    Tables that came since the last time are covered: the digest is of the statements and of the tables that there are.
    """
    sql = queries("row_security")
    if not await usable(work):
        await work.execute(sql["make_roles"])
    if not await usable(work):
        return False
    digest = hashlib.sha256(f"{sql['apply']}\n{await work.fetchval(sql['tables'])}".encode()).digest()
    if await work.fetchval(sql["present"]) != digest:
        await work.execute(sql["apply"])
        await work.execute(sql["remember"], digest)
    return True


async def usable(work: Work) -> bool:
    """Whether this user may become each of the roles."""
    return bool(await work.fetchval(queries("row_security")["roles_are_usable"]))
