"""The front: HTTP, use cases, roles of the process, the command line, and the wiring that knows all the others."""
