# Two images on the same layers: `mesh` for the gateway, the orchestrator and the sidecars, and on top of it
# `model-server`, with onnxruntime and the models. `npm run image` builds both.
#
#   docker run deepxray gateway/main.ts --role=gateway
#   docker run deepxray-model-server model-servers/server/main.ts --role=model-server:body-part
ARG BASE=node:24.21.0-bookworm-slim

FROM ${BASE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The base image brings Node: the copies that `npm start` uses on a bare machine stay out. So do types and
# source maps, which nothing reads, and the libraries of other platforms.
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/.bin node_modules/@types \
  && find node_modules -name '*.map' -delete -o -name '*.d.ts' -delete -o -name '*.d.mts' -delete -o -name '*.d.cts' -delete \
  && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 \
    ! -path "*/linux/$(node -p process.arch)" -exec rm -rf {} + \
  && mkdir /compiled \
  && mkdir -p /models/app/node_modules && mv node_modules/onnxruntime-node /models/app/node_modules/

# Node, the shared libraries that it and the native modules load, and authorities for TLS: no shell, no package
# manager, nothing else to patch. `kubectl debug` brings a shell beside a process where one is needed.
FROM ${BASE} AS runtime
COPY --from=dependencies /app/node_modules /app/node_modules
COPY --from=dependencies /models/app/node_modules /app/node_modules
RUN mkdir /runtime \
  && find /app/node_modules -name '*.node' -o -name '*.so*' -type f | xargs ldd "$(command -v node)" \
    | sed -n 's|.*[[:space:]]\(/[^ ]*\) (0x.*|\1|p' | grep -v '^/app/' | sort -u | xargs cp --parents --dereference -t /runtime \
  && cp --parents /etc/passwd /etc/group /etc/nsswitch.conf /etc/ssl/certs/ca-certificates.crt "$(command -v node)" /runtime

FROM scratch AS mesh
COPY --from=runtime /runtime /
ENV NODE_ENV=production DEEPXRAY_HOST=0.0.0.0 PATH=/usr/local/bin MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 \
  NODE_COMPILE_CACHE=/app/.compiled
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
# A library that is missing shows here, not in a pod.
RUN ["/usr/local/bin/node", "-e", "require('sharp')"]
COPY package.json LICENSE ./
COPY proto ./proto
COPY platform ./platform
COPY gateway ./gateway
COPY orchestrator ./orchestrator
COPY model-servers/sidecar ./model-servers/sidecar
COPY model-servers/body-part ./model-servers/body-part
COPY model-servers/joint-extraction ./model-servers/joint-extraction
COPY model-servers/joint-scoring ./model-servers/joint-scoring
# `probe/main.ts --once`, and the hand that it has scored.
COPY synthetic ./synthetic
COPY probe ./probe
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
# Types are stripped and code is compiled here, once, not at each start of each pod: Node looks for what this user left.
COPY --from=dependencies --chown=10001:10001 /compiled ./.compiled
RUN ["/usr/local/bin/node", "--input-type=module", "--eval", "for (const path of process.argv.slice(1)) await import(path)", \
  "/app/platform/process/run.ts", "/app/gateway/app.ts", "/app/orchestrator/app.ts", "/app/model-servers/body-part/app.ts", \
  "/app/model-servers/joint-extraction/app.ts", "/app/model-servers/joint-scoring/app.ts"]
# No shell between the signal and the process. What the flags are for: launcher/node-runtime.ts.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=2"]
CMD ["gateway/main.ts", "--role=gateway"]

FROM mesh AS model-server
COPY --from=dependencies /models/app/node_modules ./node_modules
USER 0:0
RUN ["/usr/local/bin/node", "-e", "require('onnxruntime-node')"]
USER 10001:10001
COPY LICENSE-WEIGHTS.md ./
COPY model-servers/server ./model-servers/server
RUN ["/usr/local/bin/node", "--input-type=module", "--eval", "for (const path of process.argv.slice(1)) await import(path)", \
  "/app/model-servers/server/app.ts"]
COPY model-servers/repository ./model-servers/repository
CMD ["model-servers/server/main.ts", "--role=model-server:all"]
