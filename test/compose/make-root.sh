#!/usr/bin/env bash
# make-root.sh FOLDER: makes the image's root folder without an engine, as root on Debian: debootstrap for the base, Node from npm's package,
# and then what the Dockerfile does, by the same install.sh.
set -euo pipefail
root=$1
cd "$(dirname "$0")/../.."

if [ ! -x "$root/usr/bin/apt-get" ]; then debootstrap --variant=minbase bookworm "$root" http://deb.debian.org/debian >&2; fi
# Node's binary needs it, and Node's own image has it.
chroot "$root" sh -c 'dpkg -s libstdc++6 >/dev/null 2>&1 || (apt-get update -qq && apt-get install -y -qq libstdc++6)' >&2
install node_modules/node/bin/node "$root/usr/local/bin/node"
if [ ! -L "$root/usr/local/bin/docker-entrypoint.sh" ]; then
  mkdir -p "$root/opt/leveret/docker"
  cp -r docker/image "$root/opt/leveret/docker/"
  chroot "$root" /opt/leveret/docker/image/install.sh >&2
fi

node scripts/bundle.ts
rm -rf "$root/opt/leveret"
mkdir -p "$root/opt/leveret/docker" "$root/opt/leveret/node_modules"
cp -r docker/image "$root/opt/leveret/docker/"
cp -r package.json LICENSE bin dist "$root/opt/leveret/"
cp -rL node_modules/better-sqlite3 node_modules/bindings node_modules/file-uri-to-path "$root/opt/leveret/node_modules/" 2>/dev/null ||
  cp -rL node_modules/better-sqlite3 "$root/opt/leveret/node_modules/"
