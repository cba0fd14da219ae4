"""Replaces databases of these names on a PostgreSQL server by empty ones. Environment: SERVER, its address, possibly with a
password. Arguments: names."""

import asyncio
import os
import sys

import asyncpg


async def main(names):
    server = await asyncpg.connect(os.environ["SERVER"])
    for name in names:
        await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await server.execute(f'CREATE DATABASE "{name}"')
    await server.close()


asyncio.run(main(sys.argv[1:]))
