# One image for every role: they share their dependencies, and a pod's two containers then share its layers.
#
#   docker build -t deepxray .
#   docker run deepxray gateway/main.ts --role=gateway
#   docker run deepxray model-servers/server/main.ts --role=model-server:body-part
ARG BASE=node:24-bookworm-slim

FROM ${BASE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The base image brings Node: the copies that `npm start` uses on a bare machine stay out.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/node-linux-* node_modules/.bin/node

FROM ${BASE}
ENV NODE_ENV=production DEEPXRAY_HOST=0.0.0.0 MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE LICENSE-WEIGHTS.md ./
COPY proto ./proto
COPY platform ./platform
COPY gateway ./gateway
COPY orchestrator ./orchestrator
COPY model-servers ./model-servers
# A number, so that Kubernetes can see that it is not root.
USER 1000:1000
# No shell between the signal and the process. What the flags are for: launcher/node-runtime.ts.
ENTRYPOINT ["node", "--max-semi-space-size=2"]
CMD ["gateway/main.ts", "--role=gateway"]
