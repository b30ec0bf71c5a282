/** A desk in a process of its own, which tests kill or let collide: starts the embedded server, says how it went, waits. */
import { AcuopsError, toMessage } from '../../src/errors.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded/server.ts';

/** The one line such a desk prints. */
export type DeskReport =
  | { readonly kind: 'started'; readonly url: string; readonly pid: number | undefined }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

const say = (report: DeskReport): boolean => process.stdout.write(`${JSON.stringify(report)}\n`);

const [dataDir = ''] = process.argv.slice(2);
try {
  const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' }, log: () => undefined });
  say({ kind: 'started', url: server.url, pid: server.pid() });
  process.stdin.on('end', () => void server.stop().then(() => process.exit(0)));
  process.stdin.resume();
} catch (error) {
  const code = error instanceof AcuopsError ? error.code : 'broken';
  say({ kind: 'failed', code, message: toMessage(error) });
  process.exitCode = 1;
}
