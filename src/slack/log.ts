/** Bolt's and the WebClient's loggers, led into ours: warnings and errors only, because their lower levels hold whole bodies and tokens. */
import type { Logger } from '@slack/bolt';
import { LogLevel } from '@slack/bolt';

export type Log = (level: 'warn' | 'error', line: string, detail: object) => void;

export const toBoltLogger = (log: Log): Logger => {
  const write =
    (level: 'warn' | 'error') =>
    (...parts: readonly unknown[]): void => {
      const errors = parts.filter((part) => part instanceof Error);
      const line = parts
        .filter((part) => !(part instanceof Error))
        .map(String)
        .join(' ');
      log(
        level,
        `Slack library: ${line || errors[0]?.message || 'no words'}`,
        errors[0] ? { error: errors[0] } : {},
      );
    };
  const nothing = (): void => undefined;
  return {
    debug: nothing,
    info: nothing,
    warn: write('warn'),
    error: write('error'),
    setLevel: nothing,
    getLevel: () => LogLevel.WARN,
    setName: nothing,
  };
};
