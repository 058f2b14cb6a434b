/* mizan-session.js: the session that ends, and the other tabs of the browser. Needs mizan.js. */
