/* mizan-live.js: the page's socket, for live contexts and channels. */

import { start as startChannels } from "./channels.js";
import { start as startTransport } from "./transport.js";

export const start = () => {
  startTransport();
  startChannels();
};
