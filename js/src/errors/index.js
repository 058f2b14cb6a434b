/* What became of the visitor's requests, and how it is shown. */

import { isHtmx2 } from "../htmx.js";
import { start as startDjangoHtmx } from "./django_htmx.js";
import { start as startFields } from "./fields.js";
import { start as startHtmx2 } from "./htmx2.js";
import { start as startHtmx4 } from "./htmx4.js";
import { start as startNotice } from "./notice.js";
import { start as startOutcome } from "./outcome.js";
import { start as startRegions } from "./regions.js";
import { start as startTemplate } from "./template.js";

export const start = () => {
  startTemplate();
  startFields();
  startOutcome();
  if (isHtmx2) startHtmx2();
  else startHtmx4();
  startDjangoHtmx();
  startNotice();
  startRegions();
};
