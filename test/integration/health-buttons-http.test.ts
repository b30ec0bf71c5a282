/** The buttons of a health card where Slack reaches the desk by signed HTTP. */
import { testHealthButtons } from './health-buttons.ts';

testHealthButtons('http');
