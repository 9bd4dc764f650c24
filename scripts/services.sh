# For the checks that start the services: sourced by them, in the folder of the clone.
#
# Sets $folder, a temporary folder with the log of each program. What was started is stopped at the end, and the folder
# is removed.
set -euo pipefail
shopt -s inherit_errexit 2>/dev/null || true # bash 4.4 and later

check=${0##*/}
folder=$(mktemp -d)
started=()
cleanup() {
  [ ${#started[@]} -eq 0 ] || kill "${started[@]}" 2>/dev/null || true
  wait
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  printf '%s: %s\n' "$check" "$*" >&2
  exit 1
}

# NAME WHAT: fails, with the end of the program's log.
fail_with_log() {
  printf -- '-- the end of the log of %s\n' "$1" >&2
  tail -n 20 "$folder/$1.log" >&2
  fail "$1: $2"
}

# NAME ..: sets the variable NAME_port for each name to a port that is free, and different from the others. (It is not
# held, so another program can take it before ours does.)
free_ports() {
  local taken=' ' name port
  for name in "$@"; do
    port=
    while [ -z "$port" ]; do
      port=$((20000 + RANDOM % 12000))
      if [[ $taken == *" $port "* ]] || (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then port=; fi
    done
    taken+="$port "
    printf -v "${name}_port" %s "$port"
  done
}

# PROGRAM ..: builds them, and sets $programs to the folder that they are in.
build() {
  local program arguments=()
  for program in "$@"; do arguments+=(--bin "$program"); done
  CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-target}")
  export CARGO_TARGET_DIR
  cargo build --quiet "${arguments[@]}"
  programs=$CARGO_TARGET_DIR/debug
}

# NAME URL COMMAND ..: runs the command in $folder, where no .env is, and waits until it responds at URL with success.
start() {
  local name=$1 url=$2 end=$((SECONDS + 60)) pid
  shift 2
  (cd "$folder" && exec "$@" >"$folder/$name.log" 2>&1 </dev/null) &
  pid=$!
  started+=("$pid")
  until curl -sf -o /dev/null --max-time 5 "$url"; do
    kill -0 "$pid" 2>/dev/null || fail_with_log "$name" 'it has ended'
    [ $SECONDS -lt $end ] || fail_with_log "$name" "it does not respond at $url"
    sleep 0.1
  done
}

# REQUIREMENTS [OPTION ..]: sets $python to that of a virtual environment with these packages, which is made once, by pip
# with these options. Exits with 0 if the package index is out of reach.
python_with() {
  local requirements=$1 environment sum pip
  shift
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || fail 'Python 3.11 or later is missing'
  sum=$({ python3 --version && cat "$requirements"; } | sha256sum | cut -c 1-16)
  environment=${XDG_CACHE_HOME:-$HOME/.cache}/identity-services/python/$check-$sum
  python=$environment/bin/python
  if [ -e "$environment/complete" ]; then return; fi
  rm -rf "$environment"
  mkdir -p "${environment%/*}"
  python3 -m venv "$environment" || fail 'no virtual environment can be made: apt-get install python3-venv'
  pip=("$python" -m pip --quiet --disable-pip-version-check --timeout 20 --retries 2)
  # No package is built here, so that none runs code while it is installed.
  if ! "${pip[@]}" install --only-binary :all: "$@" --requirement "$requirements"; then
    if "${pip[@]}" download --no-deps --dest "$folder" pip >/dev/null 2>&1; then
      fail "the packages of $requirements cannot be installed"
    fi
    rm -rf "$environment"
    echo "$check: SKIPPED, nothing was checked: PyPI is out of reach"
    exit 0
  fi
  touch "$environment/complete"
}
