/* mizan-debug.js: the overlay that says why something refreshed, and what is wrong with blocks or the htmx in use. */

import { start as startEmpty } from "./empty.js";
import { start as startFaults } from "./faults.js";
import { start as startMisplaced } from "./misplaced.js";
import { start as startOverlay } from "./overlay.js";

export const start = () => {
  startOverlay();
  startMisplaced();
  startEmpty();
  startFaults();
};
