"""Drivers of the session: the only place with asyncio, threads and the wall clock."""
