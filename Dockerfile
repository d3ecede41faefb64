# syntax=docker/dockerfile:1
# One image for every process of the project: worker, reconciler, flag daemon and commands. docs/team.md says how to build it and
# where its digests and checksums come from. Debian, not Alpine: Temporal's core is linked against glibc.
ARG NODE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

# what helm, kubectl and OpenTofu are fetched as; each is refused where its checksum is another
FROM scratch AS fetched-amd64
ADD --checksum=sha256:70b2c30a19da4db264dfd68c8a3664e05093a361cefd89572ffb36f8abfa3d09 \
  https://get.helm.sh/helm-v4.1.4-linux-amd64.tar.gz /helm.tar.gz
ADD --checksum=sha256:924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277 \
  https://dl.k8s.io/release/v1.35.2/bin/linux/amd64/kubectl /kubectl
ADD --checksum=sha256:5dc43da4f750f33873dc25e94587128709e819e544b7be9016b255316153c3a8 \
  https://github.com/opentofu/opentofu/releases/download/v1.12.6/tofu_1.12.6_linux_amd64.zip /tofu.zip

FROM scratch AS fetched-arm64
ADD --checksum=sha256:13d03672be289045d2ff00e4e345d61de1c6f21c1257a45955a30e8ae036d8f1 \
  https://get.helm.sh/helm-v4.1.4-linux-arm64.tar.gz /helm.tar.gz
ADD --checksum=sha256:cd859449f54ad2cb05b491c490c13bb836cdd0886ae013c0aed3dd67ff747467 \
  https://dl.k8s.io/release/v1.35.2/bin/linux/arm64/kubectl /kubectl
ADD --checksum=sha256:e573979ba68a17fe7b881752051a694a7efcd970e39521f6a25775197861ed4d \
  https://github.com/opentofu/opentofu/releases/download/v1.12.6/tofu_1.12.6_linux_arm64.zip /tofu.zip

# the platform that the image is for; the name is a stage's, which has no version
# hadolint ignore=DL3006
FROM fetched-${TARGETARCH} AS fetched

FROM ${NODE} AS tools
# Debian's unzip of whatever point release the base image is on
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends unzip && rm -rf /var/lib/apt/lists/*
WORKDIR /tools
COPY --from=fetched / ./
RUN tar xzf helm.tar.gz --strip-components=1 --wildcards '*/helm' \
  && unzip -q tofu.zip tofu \
  && chmod 0755 helm kubectl tofu \
  && rm helm.tar.gz tofu.zip

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-progress
COPY tsconfig.json tsconfig.build.json rolldown.config.mjs ./
COPY activities ./activities
COPY client ./client
COPY environments ./environments
COPY lab ./lab
COPY scenarios ./scenarios
COPY worker ./worker
COPY workflows ./workflows
RUN npm run --silent build && rm dist/.tsbuildinfo \
  && npm prune --omit=dev --ignore-scripts --no-progress

FROM ${NODE}
ENV NODE_ENV=production \
  # the only places that are written to: a volume, and /tmp for what helm, kubectl and OpenTofu keep of what they fetch
  INCIDENTFOX_LAB=/lab \
  HOME=/tmp \
  # what the health check asks
  INCIDENTFOX_METRICS=0.0.0.0:9464
RUN install --directory --owner=1000 --group=1000 /lab /flags
WORKDIR /app
COPY --from=tools /tools/helm /tools/kubectl /tools/tofu /usr/local/bin/
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY environments/*.yaml ./environments/
COPY scenarios/*.yaml ./scenarios/
COPY lab/flags ./lab/flags
COPY helm ./helm
COPY terraform ./terraform
COPY LICENSE ./
USER 1000:1000
VOLUME ["/lab", "/flags"]
EXPOSE 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.INCIDENTFOX_METRICS.split(':').at(-1)}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# as pid 1 it gets the signals itself, and ends on SIGTERM
CMD ["node", "dist/worker/main.js"]
