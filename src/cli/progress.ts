/** One line that shows that something goes on, redrawn in place and gone when the answer comes. Only where a person looks. */
import { type Terminal, toSafeText } from './print.ts';

export interface Progress {
  readonly show: (text: string) => void;
  /** Takes the line away, so that other text can be written. */
  readonly clear: () => void;
  readonly end: () => void;
}

const widest = 78;

export const createProgress = (terminal: Terminal, operation: string): Progress => {
  if (!terminal.isTty) return { show: () => {}, clear: () => {}, end: () => {} };
  const startedAt = performance.now();
  let text = '';
  const draw = (): void => {
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    const line = [`… ${operation}`, `${seconds} s`, text].filter((part) => part !== '').join(' · ');
    terminal.stderr.write(`\r\u001B[K${line.slice(0, widest)}`);
  };
  const clear = (): void => void terminal.stderr.write('\r\u001B[K');
  const timer = setInterval(draw, 1_000);
  draw();
  return {
    show: (whole) => {
      text = toSafeText(whole.split('\n')[0] ?? '');
      draw();
    },
    clear,
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
};
