# syntax=docker/dockerfile:1
# The image of `leadlight serve`: page, API and monitoring on port 7860. What it holds is put together by
# `cargo xtask image`, which runs on a developer's machine too.

FROM rust:1.95-bookworm AS build
# Node optimises the page's WebAssembly; the C compiler builds SQLite, TLS and the allocator.
COPY --from=node:22-bookworm-slim /usr/local /usr/local
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.cache/leadlight \
    --mount=type=cache,target=/usr/local/cargo/registry \
    CARGO_TARGET_DIR=/root/.cache/leadlight/target cargo xtask image --out /image

FROM debian:bookworm-slim
# Nothing is installed: certificates of authorities are in the binary, and so is the health check.
RUN useradd --uid 1000 --no-create-home --shell /usr/sbin/nologin leadlight \
    && install -d -o 1000 -g 1000 /var/lib/leadlight
COPY --from=build --chown=root:root /image /opt/leadlight
USER 1000
WORKDIR /opt/leadlight
# The only place that is written to: the log, where no DATABASE_URL is given, and what waits for a database that is away.
VOLUME /var/lib/leadlight
ENV LEADLIGHT_HOST=0.0.0.0 \
    LEADLIGHT_PORT=7860 \
    LEADLIGHT_MODELS=/opt/leadlight/models \
    LEADLIGHT_SITE=/opt/leadlight/site \
    LEADLIGHT_SPOOL=/var/lib/leadlight/spool \
    LEADLIGHT_REVISION_FILE=/opt/leadlight/revision \
    LEADLIGHT_LOG_FORMAT=json \
    LEADLIGHT_ANONYMOUS=predict \
    DATABASE_URL=sqlite:/var/lib/leadlight/leadlight.sqlite
EXPOSE 7860
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=6s --start-period=15s CMD ["/opt/leadlight/leadlight", "health"]
ENTRYPOINT ["/opt/leadlight/leadlight"]
# Tables are brought up to date at every start.
CMD ["serve"]
