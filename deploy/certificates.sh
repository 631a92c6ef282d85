#!/bin/sh
# Makes an authority of one's own and the certificates of PostgreSQL, OpenSearch and OpenSearch's administrator, and
# renews those that end within 60 days (restart both servers then). Folders: AUTHORITY, DB, SEARCH, PUBLIC.
set -eu
umask 077
days=825
soon=$((60 * 86400))

valid() { [ -s "$1" ] && openssl x509 -checkend "$soon" -noout -in "$1" >/dev/null; }

# issue FOLDER NAME SUBJECT EXTENSIONS
issue() {
  valid "$1/$2.pem" && return
  openssl req -new -newkey rsa:3072 -nodes -subj "$3" -keyout "$1/$2.key" -out "$1/$2.csr" 2>/dev/null
  printf '%s\n' 'basicConstraints=critical,CA:false' "$4" > "$1/$2.ext"
  openssl x509 -req -in "$1/$2.csr" -CA "$AUTHORITY/ca.pem" -CAkey "$AUTHORITY/ca.key" -CAcreateserial \
    -sha256 -days "$days" -extfile "$1/$2.ext" -out "$1/$2.pem" 2>/dev/null
  rm "$1/$2.csr" "$1/$2.ext"
  echo "made $1/$2.pem"
}

if [ ! -s "$AUTHORITY/ca.pem" ]; then
  openssl req -x509 -new -newkey rsa:3072 -nodes -sha256 -days 3650 -subj /O=angebote/CN=authority \
    -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign,cRLSign \
    -keyout "$AUTHORITY/ca.key" -out "$AUTHORITY/ca.pem" 2>/dev/null
fi
issue "$DB" server /O=angebote/CN=db 'subjectAltName=DNS:db,DNS:localhost'
issue "$SEARCH" node /O=angebote/CN=opensearch 'subjectAltName=DNS:opensearch,DNS:localhost
extendedKeyUsage=serverAuth,clientAuth'
issue "$AUTHORITY" admin /O=angebote/CN=admin 'extendedKeyUsage=clientAuth'

# OpenSearch reads PKCS 8 keys, which is what openssl writes since 1.0. Servers run as users of their own.
for folder in "$DB" "$SEARCH" "$PUBLIC"; do cp "$AUTHORITY/ca.pem" "$folder/ca.pem"; done
chmod 755 "$DB" "$SEARCH" "$PUBLIC"
chmod 644 "$DB/ca.pem" "$SEARCH/ca.pem" "$PUBLIC/ca.pem" "$DB/server.pem" "$SEARCH/node.pem"
if [ "$(id -u)" = 0 ]; then
  chown 999:999 "$DB/server.key"
  chown 1000:1000 "$SEARCH/node.key"
fi
