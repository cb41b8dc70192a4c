# Mixtura in a container, without root: data are read from /data, runs are written below /work.
#
#   docker build -t mixtura .
#   docker run --rm -v "$PWD:/work" -v "$HOME/data:/data:ro" --user "$(id -u):$(id -g)" mixtura train digits
FROM node:20-slim AS build
WORKDIR /mixtura
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY build.mjs tsconfig.json ./
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:20-slim
ENV NODE_ENV=production MIXTURA_DATA=/data MIXTURA_CACHE=/cache
COPY --from=build /mixtura/node_modules /mixtura/node_modules
COPY --from=build /mixtura/dist /mixtura/dist
COPY package.json LICENSE NOTICE.md /mixtura/
COPY assets /mixtura/assets
# Any user may write there, because --user gives a container that of the host.
RUN ln -s /mixtura/dist/cli/main.js /usr/local/bin/mixtura && mkdir -p /data /work /cache && chown node:node /work && chmod 1777 /cache
USER node
WORKDIR /work
VOLUME ["/data", "/work"]
ENTRYPOINT ["mixtura"]
CMD ["--help"]
