# nats-server alone, for nodes that cannot pull the official image; the context holds the program.
FROM scratch
ENV PATH=/usr/local/bin
COPY nats-server /usr/local/bin/nats-server
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/nats-server"]
