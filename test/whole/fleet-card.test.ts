/** Five hundred clients through a whole desk into one card, the largest fleet that has a deadline. */
import { testFleetCard } from '../integration/fleet-card.ts';

testFleetCard(500);
