#!/usr/bin/env bash
# Imports the private key of a GitHub App into KMS, where nobody can read it again. See docs/github-app.md.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: import-github-app-key.sh <key> <pem>

  <key>  id, ARN or alias (alias/...) of a KMS key without material: RSA_2048, SIGN_VERIFY, origin EXTERNAL
  <pem>  path of the private key that GitHub gave you

Region and credentials are those of the AWS CLI (AWS_REGION, AWS_PROFILE). The caller needs kms:DescribeKey,
kms:GetParametersForImport, kms:ImportKeyMaterial and kms:GetPublicKey on the key.

Needs OpenSSL 3 and the AWS CLI 2. The file <pem> is left where it is: delete it when the fingerprint that is printed
stands on the page of the App, too.
TEXT
}

fail() {
  echo "import-github-app-key: $1" >&2
  exit 1
}

case "${1:-}" in
  -h | --help)
    usage
    exit
    ;;
esac
if [ $# -ne 2 ]; then
  usage >&2
  exit 2
fi
[ -r "$2" ] || fail "cannot read $2"
case "$(openssl version)" in
  'OpenSSL '[3-9]*) ;;
  *) fail "needs OpenSSL 3; this is $(openssl version), and LibreSSL cannot wrap the key" ;;
esac

# importing takes no alias, describing does
KEY=$(aws kms describe-key --key-id "$1" \
  --query 'KeyMetadata.[Arn, Origin, KeySpec, KeyUsage]' --output text)
KEY_ARN=$(printf '%s' "$KEY" | cut -f 1)
KIND=$(printf '%s' "$KEY" | cut -f 2- | tr '\t' ' ')
[ "$KIND" = 'EXTERNAL RSA_2048 SIGN_VERIFY' ] || fail "$1 is $KIND; GitHub needs EXTERNAL RSA_2048 SIGN_VERIFY"

umask 077
FOLDER=$(mktemp -d)
trap 'rm -rf "$FOLDER"' EXIT
trap 'exit 1' HUP INT TERM
cp "$2" "$FOLDER/app.pem"
cd "$FOLDER"

# a public key to wrap with, and a token; both are good for 24 hours
aws kms get-parameters-for-import --key-id "$KEY_ARN" --wrapping-key-spec RSA_4096 \
  --wrapping-algorithm RSA_AES_KEY_WRAP_SHA_256 \
  --query '[PublicKey, ImportToken]' --output text > parameters.txt
cut -f 1 parameters.txt | base64 --decode > wrapping-key.der
cut -f 2 parameters.txt | base64 --decode > import-token.bin

# PKCS#1 becomes PKCS#8, a fresh AES key encrypts that, and the public key of KMS encrypts the AES key
openssl pkcs8 -topk8 -nocrypt -in app.pem -outform DER -out app.der
openssl rand -out aes.bin 32
openssl enc -id-aes256-wrap-pad -iv A65959A6 -K "$(od -An -v -tx1 aes.bin | tr -d ' \n')" -in app.der -out app.wrapped
openssl pkeyutl -encrypt -pubin -keyform DER -inkey wrapping-key.der -in aes.bin -out aes.wrapped \
  -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
cat aes.wrapped app.wrapped > material.bin

aws kms import-key-material --key-id "$KEY_ARN" --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE \
  --encrypted-key-material fileb://material.bin --import-token fileb://import-token.bin > import.json

IN_FILE=$(openssl rsa -in app.pem -pubout -outform DER 2> /dev/null | openssl sha256 -binary | openssl base64)
IN_KMS=$(aws kms get-public-key --key-id "$KEY_ARN" --query PublicKey --output text | base64 --decode |
  openssl sha256 -binary | openssl base64)
[ "$IN_FILE" = "$IN_KMS" ] || fail "$KEY_ARN holds another key: SHA256:$IN_KMS, the file SHA256:$IN_FILE"

echo "$KEY_ARN"
echo "SHA256:$IN_KMS"
