# For the scripts that drive the pages: sourced by them in the folder of the clone, after services.sh.
#
# playground ARGUMENT ..: starts it, and exports the address of each of its programs.

for program in chromium chromedriver; do
  command -v "$program" >/dev/null || fail "$program is missing: apt-get install chromium chromium-driver"
done
# Everything is listed there. axe comes in a package for another browser library, which is not needed.
python_with scripts/browser/requirements.txt --no-deps

playground() {
  local end=$((SECONDS + 60))
  "$programs/playground" "$@" >"$folder/page" 2>"$folder/playground.log" </dev/null &
  started+=($!)
  until grep -qs 'A token for each of them' "$folder/page"; do
    kill -0 "${started[-1]}" 2>/dev/null || fail_with_log playground 'it has ended'
    [ $SECONDS -lt $end ] || fail_with_log playground 'it does not say that it is running'
    sleep 0.1
  done
  LOCAL_ISSUER=$(address_of 'open this')
  DESCOPE_API=$(address_of descope-api)
  AUTH0_API=$(address_of auth0-api)
  AUTH_SERVER=$(address_of auth-server)
  BILLING_API=$(address_of billing-api)
  CONTROL_TOKEN=$(sed -n 's/^  control token \([^ ]*\).*/\1/p' "$folder/page")
  export LOCAL_ISSUER DESCOPE_API AUTH0_API AUTH_SERVER BILLING_API CONTROL_TOKEN
}

# NAME: the address after this name on the page that the playground prints.
address_of() { sed -n "s|^  $1  *\(http://[^ /]*\).*|\1|p" "$folder/page"; }

# SCRIPT: runs a script of scripts/browser.
drive() {
  PYTHONSAFEPATH=1 PYTHONPATH=$PWD/scripts/browser/support:$PWD/scripts/clients/support PYTHONDONTWRITEBYTECODE=1 \
    "$python" "scripts/browser/$1"
}
