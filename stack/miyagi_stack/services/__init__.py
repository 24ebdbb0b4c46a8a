"""One module a service: how to prepare it, start it and ask whether it answers."""
