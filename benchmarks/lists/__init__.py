"""What a change of the lists costs: how soon a record is in force, and what an import does to a worker that goes on screening.

    python -m benchmarks.lists                          a list of 20,000, an import of 20,000, 30,000 live travellers
    python -m benchmarks.lists --listed 100000 --imported 100000 --live 20000
    python -m benchmarks.lists --imported 0 --seeded 1000000    so many live travellers, put into the store as screened already

It is set up as the service is: PostgreSQL, the worker (this process, which yields to others as a screener does), whoever takes
the import in, and the builder of bases are processes of their own, on one machine. Bodies of manifests are made beforehand, so
that feeding the worker costs one insert a flight; flights are sent as soon as fewer than a few are waiting, so the worker never
idles. All people are made up (`benchmarks.people`).
"""
