# Builds one program: docker build -t descope-api . , or another one with --build-arg BIN=auth0-api. With
# --build-arg PROGRAMS=all, all programs are compiled in one step, and the images of the others find them there.
# The image contains a static program and nothing else: no shell, no packages. --build-arg PROFILE=dist builds
# it as it is published: faster, and several times as long to build. --build-arg FEATURES=otlp adds Cargo features.
ARG BIN=descope-api
ARG PROGRAMS=$BIN

# The manifests, with placeholders of the targets that they list.
FROM rust:1.95-slim-bookworm AS manifests
WORKDIR /src
COPY . .
RUN find . -type f -regextype posix-extended -not -regex \
      '.*/(Cargo\.(toml|lock)|src/(lib|main)\.rs|(src/bin|tests|benches|examples)/[^/]+(\.rs|/main\.rs))' -delete \
    && find . -name '*.rs' -exec sh -c 'for file; do echo "fn main() { }" >"$file"; done' sh {} +

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
ARG PROFILE=compose
ARG FEATURES=
# Static, with packed relocations: otherwise they would be a twentieth of the program.
ENV RUSTFLAGS="-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs" \
    PACKAGES="-p descope-api -p auth0-api -p auth-server -p billing-api -p local-issuer -p integration-tests -p identity-cli"

# The dependencies, from the manifests alone: this layer is cached until a manifest changes.
COPY --from=manifests /src ./
# With an explicit target, procedural macros are not linked statically. The target is the toolchain's host.
RUN rustc -vV | sed -n 's/^host: //p' >/target \
    && cargo build --profile "$PROFILE" --features "$FEATURES" --locked --target "$(cat /target)" --bins $PACKAGES

# One program or all. The packages are the same as above, and with them the features of the dependencies. Cargo
# compares modification times: the sources must be newer than the artifacts of their placeholders.
COPY . .
ARG PROGRAMS
RUN case $PROGRAMS in all) programs=--bins ;; *) programs="--bin $PROGRAMS" ;; esac \
    && find . -name '*.rs' -not -path './target/*' -exec touch {} + \
    && cargo build --profile "$PROFILE" --features "$FEATURES" --locked --target "$(cat /target)" $PACKAGES $programs \
    && mkdir /data /programs \
    && find "target/$(cat /target)/$PROFILE" -maxdepth 1 -type f -executable -exec cp {} /programs/ \;

FROM scratch
USER 65532:65532
ENV LISTEN_HOST=0.0.0.0 \
    LOCAL_ISSUER_HOST=0.0.0.0 \
    DATABASE_URL=sqlite:///data/service.db
EXPOSE 8000 8001 8002 8003 9000 9001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=20s --retries=3 CMD ["/app", "healthcheck"]
ENTRYPOINT ["/app"]
# A new volume that is mounted here takes its owner from this folder: the user above.
COPY --from=build --chown=65532:65532 /data /data
ARG BIN
COPY --from=build /programs/$BIN /app
# The commit that the image is built from: --build-arg REVISION=$(git rev-parse HEAD)
ARG REVISION=unknown
LABEL org.opencontainers.image.title="${BIN}" \
      org.opencontainers.image.description="Identity-protected API services for Rust" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
