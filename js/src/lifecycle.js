/* The life of a page: when it is parsed, and when it is shown. */

/* Past what markup lays over the document: <img name="readyState">. */
const readyState = () => Reflect.get(Object.getPrototypeOf(document), "readyState", document);

/* readyState alone does not say whether DOMContentLoaded is past or has yet to come. */
const timing = () =>
  /** @type {Partial<PerformanceNavigationTiming>} */ (performance.getEntriesByType("navigation")[0] ?? {});

export const isLoaded = () => readyState() === "complete";
export const isParsed = () => readyState() !== "loading";

/**
 * Call a function when the page is parsed and htmx has bound it, or soon where that is past.
 * @param {() => void} then
 */
export const whenParsed = (then) => {
  const soon = () => setTimeout(then);
  if (isLoaded() || (timing().domContentLoadedEventStart ?? 0) > 0) soon();
  else addEventListener("DOMContentLoaded", soon);
};

/**
 * Listen to "pageshow"; where the page is shown already, call the listener for that, too.
 * @param {(event: { persisted: boolean }) => void} listener
 */
export const whenShown = (listener) => {
  addEventListener("pageshow", listener);
  if ((timing().loadEventEnd ?? 0) > 0) listener({ persisted: false });
};
