#!/bin/sh
# Resolves requirements/*.in anew into requirements/*.txt, with hashes and without naming any index. Needs uv (pip install uv).
set -eu
cd "$(dirname "$0")/.."
for name in build runtime development peers; do
    uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --quiet "requirements/$name.in" --output-file "requirements/$name.txt"
done
