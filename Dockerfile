# One build, three images: the store, the demo shop, and Grafana with the plugins. docker-compose.yaml uses all of them.
#   docker build --target store -t tracewell .
ARG NODE_IMAGE=node:22-bookworm-slim
ARG GRAFANA_IMAGE=grafana/grafana
ARG GRAFANA_VERSION=12.4.0

FROM ${NODE_IMAGE} AS build
WORKDIR /tracewell
COPY . .
RUN npm ci --no-audit --no-fund
RUN node tooling/build.mjs server console demo plugin

# Everything is bundled but DuckDB, which is a native library.
FROM ${NODE_IMAGE} AS store
WORKDIR /tracewell
COPY --from=build /tracewell/LICENSE /tracewell/NOTICE ./
COPY --from=build /tracewell/node_modules/@duckdb node_modules/@duckdb
COPY --from=build /tracewell/packages/server/package.json packages/server/
COPY --from=build /tracewell/packages/server/bin packages/server/bin
COPY --from=build /tracewell/packages/server/dist packages/server/dist
COPY --from=build /tracewell/packages/console/dist packages/console/dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3200 4317 4318
ENTRYPOINT ["node", "packages/server/bin/tracewell.js"]
CMD ["serve", "--data-dir", "/data"]

FROM ${NODE_IMAGE} AS demo
WORKDIR /tracewell
COPY --from=build /tracewell/LICENSE /tracewell/NOTICE ./
COPY --from=build /tracewell/packages/demo/dist packages/demo/dist
USER node
EXPOSE 9464
ENTRYPOINT ["node", "packages/demo/dist/main.js"]

FROM ${GRAFANA_IMAGE}:${GRAFANA_VERSION} AS grafana
COPY --from=build /tracewell/NOTICE /usr/share/tracewell/plugins/tracewell-app/
COPY --from=build /tracewell/dist /usr/share/tracewell/plugins/tracewell-app
ENV GF_PATHS_PLUGINS=/usr/share/tracewell/plugins \
    GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=tracewell-app,tracewell-datasource,tracewell-waterfall-panel,tracewell-servicegraph-panel
