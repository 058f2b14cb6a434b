/* mizan-single-flight.js: brings what a mutation made stale along with its answer. Needs mizan.js. */
