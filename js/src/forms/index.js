/* mizan-forms.js: forms that the server renders and validates. For sites with forms. */

import { start as startFormsets } from "./formsets.js";
import { start as startSubmission } from "./submission.js";

export const start = () => {
  startSubmission();
  startFormsets();
};
