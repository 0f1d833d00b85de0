# The verbs of the project. `make run` and `make test` need nothing but Python 3.11+ and this checkout.

PYTHON := .venv/bin/python

.PHONY: install run test check bench bench-screening kafka soak soak-api soak-service lock generate clean

install:            ## set up .venv/ from the locked dependencies
	@deploy/install.sh

run: install        ## start the whole service in sandbox mode
	@exec .venv/bin/kulla up

check: install      ## lint, types, floors, tidy
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@$(PYTHON) -m tests.tidy

test: check         ## every check and test, Kafka's included
	@$(PYTHON) deploy/kafka/broker.py install
	@$(PYTHON) -m pytest

bench: install      ## the benchmarks, side by side with peers
	@$(PYTHON) deploy/kafka/broker.py install
	@$(PYTHON) -m benchmarks

bench-screening: install   ## how good and how fast screening is, beside its peers; DATA=directory of a data set
	@$(PYTHON) -m benchmarks.screening $(DATA) $(OPTIONS)

soak: install       ## a million damaged messages through the parser
	@$(PYTHON) -m tests.soak.parser

soak-service: install   ## an hour of traffic and list changes: does memory grow, does screening keep up
	@$(PYTHON) -m tests.soak.service

soak-api: install   ## every endpoint driven from its own description, five minutes a role
	@$(PYTHON) -m tests.soak.api

kafka: install      ## start a real Kafka broker for people
	@$(PYTHON) deploy/kafka/broker.py start

generate: install   ## rewrite the generated files (JSON Schemas, tables)
	@$(PYTHON) -m schemas.generate
	@$(PYTHON) -m schemas.finding_page
	@$(PYTHON) -m api_service.sandbox.certification
	@$(PYTHON) -m api_service.settings_table

lock:               ## resolve the dependencies anew
	@deploy/lock.sh

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
