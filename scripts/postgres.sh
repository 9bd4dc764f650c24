# Sourced by the checks that need a PostgreSQL server: one with a free port, in $folder. `fail` must be defined.
# Needs PostgreSQL's server programs.

initdb=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1) || true
postgres_programs=$(dirname "${initdb:-$(command -v initdb || true)}")
[ -x "$postgres_programs/initdb" ] || fail 'initdb is missing: apt-get install postgresql'
# The server refuses to run as root.
as=()
if [ "$(id -u)" -eq 0 ]; then
  as=(runuser -u postgres --)
fi

# PORT: starts the server; its data is in $folder/postgres.
start_postgres() {
  postgres_port=$1
  mkdir "$folder/postgres"
  chmod a+x "$folder"
  [ ${#as[@]} -eq 0 ] || chown postgres "$folder/postgres"
  "${as[@]}" "$postgres_programs/initdb" -D "$folder/postgres/data" -U postgres --auth=trust >/dev/null
  "${as[@]}" "$postgres_programs/pg_ctl" -D "$folder/postgres/data" -l "$folder/postgres/log" -w \
    -o "-p $postgres_port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder/postgres" start >/dev/null ||
    fail "the server does not start: $(tail -n 5 "$folder/postgres/log")"
  "${as[@]}" "$postgres_programs/postgres" --version
}

stop_postgres() {
  "${as[@]}" "$postgres_programs/pg_ctl" -D "$folder/postgres/data" -m immediate stop >/dev/null 2>&1 || true
}

# PROGRAM ARGUMENT ..: runs createdb, dropdb or psql as the server's owner.
postgres() {
  local program=$1
  shift
  "${as[@]}" "$postgres_programs/$program" -h 127.0.0.1 -p "$postgres_port" -U postgres "$@"
}
