/* mizan-blocks.js: what blocks say of themselves: that they are busy, that they load late or by themselves, what
   happened. Needs mizan.js. */
