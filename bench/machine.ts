/** What the figures were measured on, and what processes that are not ours to ask have used. */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem, type } from 'node:os';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryMb: number;
  readonly system: string;
  readonly node: string;
  /** Of the last minute before the run: above 0.5 per core, something else was running. */
  readonly load: number;
}

export const readMachine = (): Machine => ({
  cores: cpus().length,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  memoryMb: Math.round(totalmem() / 2 ** 20),
  system: `${type()} ${process.arch}`,
  node: process.version,
  load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
});

interface ProcessLine {
  readonly parent: number;
  readonly ticks: number;
}

/** Linux gives CPU in ticks of 10 ms. */
const tickMs = 10;

const readLine = (pid: string): ProcessLine | null => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // Own user and system time, and that of children that have ended.
    const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0);
    return { parent: Number(fields[1]), ticks };
  } catch {
    return null;
  }
};

/** CPU milliseconds so far of a server and its children; null where the system does not tell (Linux does). */
export const readServerCpuMs = (pid: number | undefined): number | null => {
  if (pid === undefined || process.platform !== 'linux') return null;
  const own = readLine(String(pid));
  if (!own) return null;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(readLine)
    .filter((line) => line?.parent === pid);
  return children.reduce((sum, line) => sum + (line?.ticks ?? 0), own.ticks) * tickMs;
};
