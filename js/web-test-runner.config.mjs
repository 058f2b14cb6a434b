/* The tests run in Chromium, those of a folder in one group:

     test/modules     modules that need no htmx, once
     test/page        the shim in a page, once on each of the newest builds of htmx
     test/builds      the same, also on the builds that django-htmx ships

   A test file has a page of its own, with an htmx that is loaded before it. There is no server: test/helpers answers. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromeLauncher } from "@web/test-runner-chrome";
import { STATIC, build } from "./build.mjs";

const { MIZAN_CHROMIUM_SHELL: executablePath, MIZAN_HTMX, MIZAN_DJANGO_HTMX } = process.env;
if (!executablePath || !MIZAN_HTMX || !MIZAN_DJANGO_HTMX) {
  throw new Error(
    "Run the tests by `make js-test`, or by `python -m tools.js test`: they set what the tests need.",
  );
}

const BUILDS = {
  "2.0.11": join(MIZAN_HTMX, "2.0.11", "htmx.min.js"),
  "4.0.1": join(MIZAN_HTMX, "4.0.1", "htmx.min.js"),
  "django-2": join(MIZAN_DJANGO_HTMX, "htmx-2.min.js"),
  "django-4": join(MIZAN_DJANGO_HTMX, "htmx-4.min.js"),
};
const bundles = build({ isMinified: false });

const NEWEST = ["2.0.11", "4.0.1"];

/* `htmx` is loaded like on a site, before the module of the test. Without a favicon the browser would ask for one. */
const html = (htmx) => (testFramework) => `<!doctype html>
<html lang="en">
  <head>
    <link rel="icon" href="data:,">
    ${htmx ? `<script src="/htmx/${htmx}.js"></script>` : ""}
  </head>
  <body>
    <script type="module" src="${testFramework}"></script>
  </body>
</html>`;

const group = (name, files, htmx) => ({ name, files, testRunnerHtml: html(htmx) });

export default {
  rootDir: "..",
  nodeResolve: true,
  concurrency: 2,
  testFramework: { config: { timeout: 10_000 } },
  browserLogs: false, // what htmx and the shim say of failed requests; what a test is about, it looks at itself
  browsers: [
    chromeLauncher({
      // Tabs of one visitor tell one another what has become stale: each test file is a visitor of its own.
      createPage: async ({ context }) => (await context.browser().createBrowserContext()).newPage(),
      launchOptions: {
        executablePath,
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-sync",
        ],
      },
    }),
  ],
  groups: [
    group("modules", "test/modules/**/*.test.js"),
    ...Object.keys(BUILDS).map((build) =>
      group(
        `htmx ${build}`,
        NEWEST.includes(build)
          ? ["test/page/**/*.test.js", "test/builds/**/*.test.js"]
          : ["test/builds/**/*.test.js"],
        build,
      ),
    ),
  ],
  plugins: [
    {
      name: "htmx",
      async serve({ path }) {
        const name = path.match(/^\/htmx\/(.+)\.js$/)?.[1];
        return name in BUILDS ? { body: await readFile(BUILDS[name], "utf8"), type: "js" } : undefined;
      },
    },
    {
      name: "bundles", // built from src as it is now; minified as they were built by `make js`
      async serve({ path }) {
        const name = path.match(/^\/built\/([\w.-]+)$/)?.[1];
        if (!name) return undefined;
        const isMinified = name.endsWith(".min.js");
        return {
          body: isMinified ? await readFile(join(STATIC, name), "utf8") : (await bundles).get(name),
          type: "js",
        };
      },
    },
    {
      name: "site", // a page of its own, in a frame: what it contains stands in its URL
      serve({ path, query }) {
        return path === "/site/" ? { body: query.html, type: "html" } : undefined;
      },
    },
  ],
};
