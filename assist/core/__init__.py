"""The pure core: types, state and rules of a call. No threads, sockets, files, clocks, logging or models in here."""
