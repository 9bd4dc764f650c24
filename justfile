# The commands that people type, for `just`; each is one line that works without it.

# Lists the commands
default:
    @just --list --unsorted

# Starts the local issuer and every service
run *arguments:
    cargo run -- {{arguments}}

# Starts one program, such as descope-api or local-issuer
start program *arguments:
    cargo run --bin {{program}} -- {{arguments}}

# Prints a token of a persona: just token viewer auth0
token persona="admin" provider="descope":
    @curl -sS localhost:{{ if provider == "auth0" { "9001" } else { "9000" } }}/_token/{{persona}}

# Says why a token is refused
doctor *arguments:
    cargo run --quiet --bin identity -- doctor {{arguments}}

# Copies a service into a folder of its own: just copy descope-api ../my-api my-api
copy service folder name:
    scripts/copy-crate {{service}} {{folder}} --name {{name}}

# Runs the tests; with a name those of one suite: just test descope
test suite="":
    cargo test {{ if suite == "" { "--workspace" } else { "--test " + suite } }}

# Runs what a change must pass, or some steps of it: just check fmt clippy
check *steps:
    scripts/check {{steps}}

# Everything that CI runs
ci:
    .ci/run

# Writes docs/settings.md, docs/requests.http and the tables of docs/operations.md
generate:
    cargo test --test workspace --test page -- --ignored

# Builds and starts the containers
up:
    docker-compose up --build

# Measures throughput against plain actix-web and the peers
bench *arguments:
    scripts/bench {{arguments}}
