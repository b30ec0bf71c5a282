# The desk without its own database: needs DATABASE_URL. One image for bot and worker; ACUOPS_ROLES decides.

FROM node:24-slim AS build
WORKDIR /app
# The compiler is a platform package, so optional packages stay here; they do not reach the last stage.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN npm run build

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=optional --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    ADMIN_PORT=3001 \
    ACUOPS_DATA=/data
# The only folder that is written to; everything else may be read-only.
RUN install -d -o node -g node -m 0700 /data
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
USER node
EXPOSE 3000
# Alive, not ready: a restart mends no database. Readiness is /readyz on the same port, on loopback unless ADMIN_HOST says otherwise.
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ADMIN_PORT}/livez`, { signal: AbortSignal.timeout(2500) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Exec form: the stop signal reaches Node, not a shell.
CMD ["node", "dist/main.js"]
