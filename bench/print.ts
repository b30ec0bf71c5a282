/** The run as text: absolute figures, then ratios with their spread, then each aim with whether it was met. */
import type { Bench, Measure, Outcome, Row } from './bench.ts';
import type { Machine } from './machine.ts';
import type { Spread } from './spread.ts';

export interface Report {
  readonly machine: Machine;
  readonly size: string;
  readonly benches: readonly (Pick<Bench, 'name' | 'title'> & Outcome & { readonly tookMs: number })[];
}

export const toDigits = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  const most = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: most, minimumFractionDigits: 0 });
};

const toMeasure = ({ name, value, unit }: Measure): string =>
  `${name} ${toDigits(value)}${unit === '' || unit === '×' || unit === '/s' || unit === '%' ? unit : ` ${unit}`}`;

const toSpread = ({ median, least, most }: Spread): string =>
  least === most ? toDigits(median) : `${toDigits(median)} (${toDigits(least)}–${toDigits(most)})`;

const toLines = (row: Row): readonly string[] => [
  `  ${row.label}`,
  `    ${row.measures.map(toMeasure).join(' · ')}`,
  ...row.ratios.map(({ name, spread }) => `    ${name}: ${toSpread(spread)}`),
  ...row.aims.map(({ say, met }) => `    aim ${say}: ${met ? 'met' : 'MISSED'}`),
];

export const renderMachine = (machine: Machine, size: string): string =>
  `${machine.cores} cores (${machine.cpu}), ${machine.memoryMb} MB, ${machine.system}, Node ${machine.node}, load ${machine.load}, size ${size}`;

export const renderBench = (bench: Report['benches'][number]): string =>
  [
    `${bench.title} (${bench.name}, ${toDigits(bench.tookMs / 1_000)} s)`,
    ...bench.rows.flatMap(toLines),
    ...bench.notes.map((note) => `  Note: ${note}`),
    '',
  ].join('\n');
