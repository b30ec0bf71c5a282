// Adds to package-lock.json the platform packages that npm left out because the registry it asked did not carry them:
// npm ci refuses a lock that names a package it does not hold. Run it after every change of dependencies.
import { readFileSync, writeFileSync } from 'node:fs';

const systems = /(android|darwin|freebsd|linux|openharmony|win32)/;
const processors = /(arm64|x64|arm|ppc64|riscv64|s390x|ia32)/;

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const missing = Object.values(lock.packages)
  .flatMap((entry) =>
    Object.entries(entry.optionalDependencies ?? {}).map(([name, version]) => ({
      name,
      version,
      dev: entry.dev,
    })),
  )
  .filter(
    ({ name, version }) =>
      !lock.packages[`node_modules/${name}`] && /^\d/.test(version) && systems.test(name),
  );

for (const { name, version, dev } of missing) {
  const os = systems.exec(name)[1];
  const cpu = processors.exec(name.slice(name.indexOf(os)))?.[1];
  lock.packages[`node_modules/${name}`] = {
    version,
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(dev ? { dev } : {}),
    ...(name.includes('musl') ? { libc: ['musl'] } : {}),
    optional: true,
    os: [os],
  };
}
const { '': root, ...rest } = lock.packages;
lock.packages = {
  '': root,
  ...Object.fromEntries(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1))),
};
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${missing.length} platform packages added to package-lock.json`);
