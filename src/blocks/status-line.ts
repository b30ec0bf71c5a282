/** The words and marks of the four verdicts, so that colour or emoji never carries the meaning alone. */

/** The same words as policy's verdicts, plus what is listed without being judged. */
export type Status = 'pass' | 'warn' | 'fail' | 'unknown' | 'not-judged';

export const statusMarks: Readonly<Record<Status, { readonly emoji: string; readonly word: string }>> = {
  pass: { emoji: '✅', word: 'healthy' },
  warn: { emoji: '⚠️', word: 'warning' },
  fail: { emoji: '❌', word: 'failing' },
  unknown: { emoji: '❔', word: 'unknown' },
  'not-judged': { emoji: '➖', word: 'not judged' },
};

/** "❌ failing", or with an own word: "❌ 3 failing". */
export const renderStatus = (status: Status, words: string = statusMarks[status].word): string =>
  `${statusMarks[status].emoji} ${words}`;
