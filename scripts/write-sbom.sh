#!/usr/bin/env bash
# scripts/write-sbom.sh [FILE]: writes what the program is made of, CycloneDX 1.5 as JSON, into somabrain.cdx.json or the file.
# Installs cargo-cyclonedx where it is not there.
set -euo pipefail
file=$(realpath -m "${1:-somabrain.cdx.json}")
cd "$(dirname "$0")/.."
command -v cargo-cyclonedx > /dev/null || cargo install --locked cargo-cyclonedx --quiet
# one file beside each crate; only the program's is kept
trap 'find . -path ./target -prune -o -name somabrain-sbom.json -print0 | xargs -0 rm -f' EXIT
cargo cyclonedx --quiet --all-features --format json --spec-version 1.5 --override-filename somabrain-sbom
mv bootstrap/somabrain-sbom.json "$file"
echo "$file written: $(grep -c '"bom-ref"' "$file") components"
