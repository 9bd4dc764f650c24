# Bad input of scripts/copy-crate: sourced by scripts/copy-check.

# WORDS COMMAND ..: the command must be refused with one line that has the words, and leave nothing behind.
refused() {
  local words=$1 before told
  shift
  before=$(ls -A "$folder" "$folder/full")
  if told=$("$@" 2>&1); then fail "accepted: $*"; fi
  [[ $told == 'copy-crate: '*"$words"* && $told != *$'\n'* ]] || fail "$*: expected one line with: $words; got: $told"
  [ "$(ls -A "$folder" "$folder/full")" = "$before" ] || fail "$*: something is left behind"
}

refusals() {
  local copy_crate=$workspace/scripts/copy-crate new=$folder/new name words
  mkdir -p "$folder/full" "$folder/bin" "$folder/download"
  touch "$folder/full/file"
  refused 'required: SERVICE, DESTINATION' "$copy_crate"
  refused '--name --template is required' "$copy_crate" descope-api "$new"
  refused 'expected descope-api, auth0-api, billing-api' "$copy_crate" no-api "$new" --name my-api
  while IFS=: read -r name words; do
    refused "$words" "$copy_crate" descope-api "$new" --name "$name"
  done <<'NAMES'
:cannot be used: expected lower-case letters
1api:cannot be used: expected lower-case letters
My-Api:cannot be used: expected lower-case letters
my--api:cannot be used: expected lower-case letters
my api:cannot be used: expected lower-case letters
../my-api:cannot be used: expected lower-case letters
match:keyword
test:built-in
serde:another crate
serde-json:another crate
identity_core:another crate
core:another crate
NAMES
  refused 'expected a new or an empty folder' "$copy_crate" descope-api "$folder/full" --name my-api
  refused 'expected a new or an empty folder' "$copy_crate" descope-api "$folder/full/file" --name my-api
  refused 'there is no folder' "$copy_crate" descope-api "$folder/nowhere/new" --name my-api
  refused 'is in this clone' "$copy_crate" descope-api "$workspace/scripts/new" --name my-api
  refused 'git is missing' env PATH="$folder/bin" "$(python3 -c 'import sys; print(sys.executable)')" "$copy_crate" descope-api "$new" --name my-api
  cp -r scripts Cargo.lock "$folder/download/"
  refused 'expected a clone' env GIT_CEILING_DIRECTORIES="$folder" "$folder/download/scripts/copy-crate" descope-api "$new" --name my-api
  rm -r "$folder/full" "$folder/bin" "$folder/download"
  echo 'bad input is refused'
}
