# The program behind `cargo run` in an image, for whoever has Docker and no Rust:
#
#   docker build -t nameplate . && docker run --rm -p 8080:8080 nameplate
#
# It is for development, as `cargo run` is: everybody can make tokens for it. The data is gone with the container
# unless a volume is mounted: -v nameplate:/data, and --data /data at the end of the command.
FROM rust:1.94.1-bookworm AS build
WORKDIR /nameplate
COPY . .
RUN cargo build --release --locked --package local

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /nameplate/target/release/nameplate /usr/local/bin/nameplate
EXPOSE 8080
ENTRYPOINT ["nameplate", "--host", "0.0.0.0"]
