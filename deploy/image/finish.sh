#!/bin/bash
# finish.sh ENVIRONMENT: takes from a virtual environment what only installers and shells need, and compiles what is left.
set -euo pipefail

environment=$1
cd /  # the sources in the working directory must not be taken for the installed ones

find "$environment/bin" -mindepth 1 ! -name 'python*' ! -name residency -delete
rm -rf "$environment/include"
packages=$environment/lib/python3.11/site-packages
# Tests that libraries bring along.
find "$packages" -type d \( -name tests -o -name test \) ! -path '*/services/*' ! -path '*/workflows/*' -prune -exec rm -rf {} +

"$environment/bin/python" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$packages"
"$environment/bin/python" - <<'PYTHON'
from services.portal.assets import Assets
from services.portal.page import Renderer

Renderer(Assets()).compile_all()
PYTHON
