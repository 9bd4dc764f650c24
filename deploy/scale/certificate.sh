#!/bin/sh
# Makes a certificate that is its own authority, for the proxy and for 90 days, unless the folder has one already:
#
#   certificate.sh FOLDER NAME
#
# proxy.pem is the certificate and its key, for the proxy; authority.crt is what clients trust. For a certificate of yours,
# put both into the folder: proxy.pem with the whole chain and the key, authority.crt with the root that it leads to.
set -eu
umask 077

folder=$1
name=$2
[ ! -e "$folder/proxy.pem" ] || exit 0
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$name" \
  -addext "subjectAltName=DNS:$name,DNS:localhost,IP:127.0.0.1" -addext basicConstraints=critical,CA:FALSE \
  -addext extendedKeyUsage=serverAuth -keyout "$folder/proxy.key" -out "$folder/authority.crt" 2>/dev/null
cat "$folder/authority.crt" "$folder/proxy.key" >"$folder/new.pem"
rm "$folder/proxy.key"
chmod 644 "$folder/authority.crt"
# Last, so that a folder with this file is complete.
mv "$folder/new.pem" "$folder/proxy.pem"
