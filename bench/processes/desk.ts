/** The real desk as `npm start` runs it, in a process that says what it uses. */
import { answerUsage } from './answer-usage.ts';

answerUsage();
await import('../../src/main.ts');
