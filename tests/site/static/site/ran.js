/* Says that it has run. */
window.loaded = (window.loaded ?? 0) + 1;
window.ran("src");
