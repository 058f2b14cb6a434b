/* Pages of their own, each in a frame, which load the bundles by tags as a site does.

     const site = await open(tag("mizan.js") + "<p>…")
     site.window.mizan   site.said("error")   site.thrown */

const WRAP = `<script>
  const said = [];
  for (const level of ["error", "warn"]) {
    console[level] = (...given) => said.push({ level, text: given.join(" ") });
  }
  const thrown = [];
  addEventListener("error", (event) => {
    thrown.push(event.error ?? new Error(event.message));
    event.preventDefault();
  });
</script>`;

const attributes = (given) =>
  Object.entries(given).map(([name, value]) =>
    value === false ? "" : ` ${name}="${value === true ? "" : value}"`,
  );

/* The tag of a bundle, as {% mizan_scripts %} writes it; `given` are attributes, false for one that is left out. */
export const tag = (name, given = {}) =>
  `<script src="/built/${name}"${attributes({ defer: true, "data-mount": "/api/mizan/", ...given }).join("")}></script>`;

/* An htmx with as much as the shim asks of one when it starts. */
export const htmxScript = (version, name = "htmx") =>
  `<script>window.${name} = { version: "${version}", config: {}, process() {}, defineExtension() {}, ` +
  `registerExtension() {}, on() {} };</script>`;

let frame = null;

/* Open a page with this HTML in the place of the last one, and return it when it is loaded. */
export const open = async (html, { isLoaded = true } = {}) => {
  frame?.remove();
  frame = document.createElement("iframe");
  const whole = `<!doctype html>${WRAP}${html}`;
  frame.src = `/site/?html=${encodeURIComponent(whole)}`;
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
  document.body.append(frame);
  if (isLoaded) await loaded;
  const window = frame.contentWindow;
  const evaluate = (code) => window.eval(code);
  return {
    window,
    document: window.document,
    loaded,
    evaluate,
    get thrown() {
      return evaluate("thrown");
    },
    said: (level) =>
      evaluate("said")
        .filter((line) => line.level === level)
        .map(({ text }) => text),
  };
};
