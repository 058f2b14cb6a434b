/* mizan-keep.js: what a person entered or opened stays when blocks refresh. Needs mizan.js. */
