/* mizan-debug.js: the overlay that says why something refreshed, and known faults of the htmx in use. */

import { start as startFaults } from "./faults.js";
import { start as startOverlay } from "./overlay.js";

export const start = () => {
  startOverlay();
  startFaults();
};
