"""Run by the Python of the peers' environment: scores pairs of persons with one of nomenklatura's matchers.

Standard input: one JSON object a line, `{"algorithm"}` first, then `{"persons": [...]}` and any number of `{"pairs": [[query,
place of the person], ...]}`. Standard output: a list of scores for each of those. Imports nothing of the project.
"""

import json
import sys
import time

from followthemoney import EntityProxy, model
from nomenklatura.matching import get_algorithm

PROPERTIES = {
    "name": "name", "first": "firstName", "last": "lastName", "aliases": "alias", "weak": "weakAlias", "born": "birthDate",
    "nationality": "nationality", "sex": "gender",
}  # fmt: skip


def entity(number, person):
    """A person of FollowTheMoney; values are cleaned as it cleans them."""
    made = EntityProxy.from_dict({"id": f"p{number}", "schema": "Person", "properties": {}})
    for field, prop in PROPERTIES.items():
        made.add(prop, person.get(field), cleaned=False)
    return made


def main():
    """Answer until the input ends."""
    assert model.get("Person") is not None
    algorithm = get_algorithm(json.loads(sys.stdin.readline())["algorithm"])
    config = algorithm.default_config()
    persons = [entity(number, person) for number, person in enumerate(json.loads(sys.stdin.readline())["persons"])]
    algorithm.compare(entity("warm", {"name": "A B"}), entity("up", {"name": "A C"}), config)  # tables are read now
    asked = 0  # every query has an id of its own: the matchers remember what they read by id
    for line in sys.stdin:
        start = time.perf_counter()
        pairs = [(entity(f"q{asked + n}", query), persons[place]) for n, (query, place) in enumerate(json.loads(line)["pairs"])]
        asked += len(pairs)
        scores = [algorithm.compare(query, person, config).score for query, person in pairs]
        print(json.dumps({"scores": scores, "seconds": time.perf_counter() - start}), flush=True)


main()
