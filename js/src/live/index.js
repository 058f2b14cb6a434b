/* mizan-live.js: the page's socket, for live contexts and channels. */

import { useSocket } from "../call.js";
import { send, start as startChannels } from "./channels.js";
import { start as startContexts } from "./contexts.js";
import { beginChange, endChange } from "./invalidations.js";
import { ask, isOpen, start as startTransport } from "./transport.js";

export const start = () => {
  startTransport();
  startContexts();
  startChannels();
  useSocket({ isOpen, ask, send, beginChange, endChange });
};
