# Sourced by the checks that run the commands of a page, whose path is in $page. `fail` must be defined.

# TEXT: prints the block of code of the page that has this text, without the fences.
block() {
  awk -v text="$1" '
    /^ *```/ { if (code && index(block, text)) { printf "%s", block; found = 1; exit } code = !code; block = ""; next }
    code { block = block $0 "\n" }
    END { exit !found }' "$page" || fail "$page has no code with: $1"
}
