/** The buttons of a health card where Slack reaches the desk by Socket Mode. */
import { testHealthButtons } from './health-buttons.ts';

testHealthButtons('socket');
