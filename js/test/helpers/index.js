export { expect } from "chai";
export { block, partsOf, PROOF, serveBlocks } from "./blocks.js";
export {
  find,
  hearAll,
  heard,
  hurry,
  leave,
  page,
  rest,
  setHidden,
  setOnline,
  start,
  startAlso,
  type,
  until,
} from "./page.js";
export { fieldsOf, json, later, load, serve } from "./server.js";
export { closeNotice, notice, pressIn, putTemplate, refusal, SLOT, told } from "./failures.js";
