/** More clients than a card has room for, and more than its choice of clients takes. Five hundred are in `npm run chaos`: they take half a minute. */
import { testFleetCard } from './fleet-card.ts';

testFleetCard(120);
