"""A relay between nodes and a PostgreSQL server: ``python -m tests.check.postgres.relay PORT URL [SECONDS]``.

Kill it, and the server is gone. With SECONDS each piece takes so long on its way to the server.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from psycopg.conninfo import conninfo_to_dict


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            await asyncio.sleep(seconds)
            writer.write(piece)
            await writer.drain()
    writer.close()


async def main(port: int, url: str, seconds: float) -> None:
    """Relay until killed."""
    server = conninfo_to_dict(url)
    host, server_port = str(server.get("host") or "localhost"), server.get("port") or 5432

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if host.startswith("/"):
            there = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{server_port}")
        else:
            there = await asyncio.open_connection(host, int(server_port))
        await asyncio.gather(_pass_on(reader, there[1], seconds), _pass_on(there[0], writer, 0))

    async with await asyncio.start_server(relay, "127.0.0.1", port) as listener:
        await listener.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 0.0))
