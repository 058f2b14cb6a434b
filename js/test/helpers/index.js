export { expect } from "chai";
export { block, serveBlocks, PROOF } from "./blocks.js";
export { find, hearAll, heard, page, rest, start, startAlso, until } from "./page.js";
export { json, later, load, serve } from "./server.js";
