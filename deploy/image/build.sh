#!/usr/bin/env bash
# Builds the image: with Docker if an engine runs, otherwise with buildah on a base image that debootstrap creates from
# Debian packages. The latter needs root and the packages buildah and debootstrap, but no engine and no registry.
set -euo pipefail
cd "$(dirname "$0")/../.."

tag=${IMAGE:-ecommerce-pipeline:local}
suite=${DEBIAN_SUITE:-bookworm}
base=localhost/python-$suite
certificates=/etc/ssl/certs/ca-certificates.crt

if docker info >/dev/null 2>&1; then
    exec docker build --tag "$tag" "$@" .
fi
for program in buildah debootstrap; do
    command -v "$program" >/dev/null || { echo "error: no Docker engine runs, and $program is missing: apt-get install buildah debootstrap" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "error: no Docker engine runs, and debootstrap needs root: sudo make image" >&2; exit 1; }

export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}
if ! buildah inspect "$base" >/dev/null 2>&1; then
    echo "creating the base image $base from Debian packages"
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$suite" "$root" >"$root.log" ||
        { tail -n 20 "$root.log" >&2; exit 1; }
    # The machine's trusted certificates, which may include that of a network's proxy.
    if [ -s "$certificates" ]; then cp "$certificates" "$root$certificates"; fi
    container=$(buildah from scratch)
    buildah add --quiet "$container" "$root" / >/dev/null
    buildah config --env PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$container"
    buildah commit --quiet --rm "$container" "$base" >/dev/null
fi
buildah build --tag "$tag" --build-arg "PYTHON=$base" "$@" .
