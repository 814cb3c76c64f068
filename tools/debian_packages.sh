#!/usr/bin/env bash
# Installs the Debian packages whose programs the tests and benches start, as far as they are missing: debuggers,
# the victims of tests/victims, the tools that the benches measure against, a mail server, a proxy,
# a database and a message server. Ends with 1 where it cannot.
set -euo pipefail

packages=(
  gdb lldb
  gcc libmbedtls-dev gnutls-bin openssl golang-go openjdk-21-jdk-headless python3-cryptography gnupg openssh-client openssh-server
  python3-pycryptodome erlang-base erlang-crypto erlang-public-key
  rsakeyfind aeskeyfind yara gitleaks
  chromium
  zstd lz4 xz-utils strace perl poppler-utils
  dovecot-core dovecot-imapd nginx-light
  python3-jwt golang-github-golang-jwt-jwt-v5-dev golang-github-go-jose-go-jose.v3-dev libjose4j-java
  postgresql nats-server
)

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }

if ! command -v dpkg-query > /dev/null; then
  echo "not a Debian system: the programs must be there already"
  exit 0
fi
missing=()
for package in "${packages[@]}"; do is_installed "$package" || missing+=("$package"); done
if [ ${#missing[@]} -eq 0 ]; then
  echo "all ${#packages[@]} are installed"
  exit 0
fi
echo "to be installed: ${missing[*]}"
if [ "$(id -u)" -ne 0 ]; then
  echo "only root can install them"
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
if ! apt-get install -y -q --no-install-recommends "${missing[@]}"; then
  # The list of packages may be older than the archive.
  apt-get update -q
  apt-get install -y -q --no-install-recommends "${missing[@]}"
fi
