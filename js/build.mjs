/* build.mjs: builds static/mizan_htmx from src. `make js` runs it.

     node build.mjs            into static/mizan_htmx
     node build.mjs FOLDER     into another folder, to compare

   One bundle is for every page, and three are for the pages that need them: forms, live contexts, DEBUG. Each is
   written twice, readable and minified. No module stands in two bundles: what the modules of a folder import from
   outside of it, mizan.js publishes as globalThis[Symbol.for("mizan")].modules, and their bundle takes it from there. */

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";
import * as esbuild from "esbuild";
import { minify } from "terser";

const HERE = dirname(fileURLToPath(import.meta.url));
const SRC = join(HERE, "src");
const STATIC = join(HERE, "..", "static", "mizan_htmx");
const TYPES = "mizan.d.ts";
const MAIN = "mizan";
const SECONDARY = { forms: "mizan-forms", live: "mizan-live", devtools: "mizan-debug" }; // folder of src: bundle
const SEAM = 'globalThis[Symbol.for("mizan")]';

const isInside = (path, folder) => path.startsWith(folder + sep);
const nameIn = (path) => relative(SRC, path).split(sep).join("/");
const folderOf = (name) => Object.keys(SECONDARY).find((folder) => name.startsWith(`${folder}/`));

/* What is imported from outside of the folder: `path` is where that is, `name` is its name in src. */
const outside = (folder, handle) => ({
  name: "outside",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const target = resolve(resolveDir, path);
      if (isInside(target, join(SRC, folder))) return null;
      return handle(nameIn(target));
    });
  },
});

const COMMON = {
  absWorkingDir: HERE,
  bundle: true,
  charset: "utf8",
  footer: { js: "})();" },
  format: "cjs", // for require(), in a function of our own
  logLevel: "error",
  metafile: true,
  outdir: STATIC, // where the sources of a map are relative to
  target: "es2022",
  tsconfigRaw: {},
  write: false,
};

const entry = (contents, name) => ({ contents, resolveDir: SRC, sourcefile: `${name}.entry.js` });
const taking = (folder) => `import { start } from "./${folder}/index.js";`;

/* Return the names that the bundle of a folder imports from outside of it: a Map of modules and Sets of names. */
const importsOf = async (folder) => {
  const result = await esbuild.build({
    ...COMMON,
    footer: {},
    format: "esm",
    stdin: entry(`${taking(folder)} start();`, SECONDARY[folder]),
    plugins: [outside(folder, (name) => ({ path: name, external: true }))],
  });
  const names = new Map();
  for (const node of parse(result.outputFiles[0].text, { ecmaVersion: "latest", sourceType: "module" })
    .body) {
    if (node.type !== "ImportDeclaration") continue;
    const module = node.source.value;
    if (folderOf(module)) throw new Error(`src/${folder} imports src/${module}, which is in another bundle.`);
    if (!names.has(module)) names.set(module, new Set());
    for (const { type, imported } of node.specifiers) {
      if (type !== "ImportSpecifier") throw new Error(`src/${folder} has to import src/${module} by names.`);
      names.get(module).add(imported.name);
    }
  }
  return names;
};

/* The main bundle publishes what the others import. As names of a namespace they stay bound to what is exported by `let`. */
const main = (shared) => {
  const modules = [...shared.keys()].sort();
  const imports = modules.map((name, index) => `import * as seam${index} from "seam:${name}";`);
  const published = modules.map((name, index) => `${JSON.stringify(name)}: seam${index}`);
  const lines = ['import { load } from "./index.js";', ...imports, `load({ ${published.join(", ")} });`];
  const plugin = {
    name: "seam",
    setup(build) {
      build.onResolve({ filter: /^seam:/ }, ({ path }) => ({ path: path.slice(5), namespace: "seam" }));
      build.onLoad({ filter: /.*/, namespace: "seam" }, ({ path }) => ({
        contents: `export { ${[...shared.get(path)].sort().join(", ")} } from "./${path}";`,
        resolveDir: SRC,
      }));
    },
  };
  return { stdin: entry(lines.join("\n"), MAIN), plugins: [plugin], before: "" };
};

/* What the others import becomes require("dom.js"), and their names are looked up where they are used, as those of a live
   binding have to be. */
const secondary = (folder) => ({
  stdin: entry(
    `${taking(folder)}\n${SEAM}.add(${JSON.stringify(SECONDARY[folder].slice(6))}, start);`,
    SECONDARY[folder],
  ),
  plugins: [outside(folder, (name) => ({ path: name, external: true }))],
  before: `
if (!${SEAM}?.modules) throw new Error("${SECONDARY[folder]}.js needs mizan.js: load it before, or use {% mizan_scripts %}.");
const require = (name) => ${SEAM}.modules[name];`,
});

/* esbuild keeps only comments that are marked as legal ones: mark them in the sources of the readable file. */
const commentsOf = (text) => {
  const starts = [];
  parse(text, {
    ecmaVersion: "latest",
    sourceType: "module",
    onComment: (...[, , start]) => starts.push(start),
  });
  return starts;
};

const markComments = {
  name: "comments",
  setup(build) {
    build.onLoad({ filter: /\.js$/, namespace: "file" }, async ({ path }) => {
      let text = await readFile(path, "utf8");
      for (const start of commentsOf(text).reverse()) {
        text = `${text.slice(0, start + 2)}!${text.slice(start + 2)}`;
      }
      return { contents: text };
    });
  },
};

const unmarkComments = (text) => {
  for (const start of commentsOf(text).reverse()) {
    if (text[start + 2] === "!") text = text.slice(0, start + 2) + text.slice(start + 3);
  }
  return text;
};

/* terser saves a tenth of what esbuild's own minifier leaves. */
const minified = async (name, text, map) => {
  const { code, map: own } = await minify(text, {
    compress: { passes: 3 },
    ecma: 2020,
    format: { ascii_only: false },
    sourceMap: {
      content: map,
      filename: `${name}.min.js`,
      includeSources: true,
      url: `${name}.min.js.map`,
    },
    toplevel: true,
  });
  return [
    [`${name}.min.js`, `${code}\n`],
    [`${name}.min.js.map`, own],
  ];
};

/* Return the files of a bundle: a Map of names and contents. */
const bundle = async (name, { stdin, plugins, before }) => {
  const opening = `(() => {\n"use strict";${before}\n`;
  const plain = await esbuild.build({
    ...COMMON,
    banner: { js: opening },
    entryNames: name,
    legalComments: "none",
    logLevel: "warning",
    minifySyntax: true,
    plugins,
    sourcemap: "external",
    stdin,
  });
  const [map, text] = [".map", ".js"].map(
    (end) => plain.outputFiles.find(({ path }) => path.endsWith(end)).text,
  );
  const readable = await esbuild.build({
    ...COMMON,
    banner: { js: `/* ${name}.js. Built from js/src by \`make js\`: change that. */\n${opening}` },
    entryNames: name,
    legalComments: "inline",
    plugins: [...plugins, markComments],
    stdin,
  });
  const files = new Map(await minified(name, text, map));
  files.set(`${name}.js`, unmarkComments(readable.outputFiles[0].text));
  return { files, inputs: Object.keys(plain.metafile.inputs) };
};

/* Return all files: a Map of names and contents. */
export const build = async () => {
  const folders = Object.keys(SECONDARY);
  const shared = new Map();
  for (const names of await Promise.all(folders.map(importsOf))) {
    for (const [module, wanted] of names) {
      shared.set(module, new Set([...(shared.get(module) ?? []), ...wanted]));
    }
  }
  const first = await bundle(MAIN, main(shared));
  for (const input of first.inputs) {
    const name = input.replace(/^src\//, "");
    if (folderOf(name))
      throw new Error(
        `src/${name} is of ${SECONDARY[folderOf(name)]}.js: nothing outside of its folder may import it.`,
      );
  }
  const others = await Promise.all(folders.map((folder) => bundle(SECONDARY[folder], secondary(folder))));
  const types = [TYPES, await readFile(join(HERE, TYPES), "utf8")];
  return new Map([...[first, ...others].flatMap(({ files }) => [...files]), types]);
};

const KB = (size) => `${(size / 1000).toFixed(1)} KB`;

const write = async (files, folder) => {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) {
    await writeFile(join(folder, name), text);
    if (!name.endsWith(".min.js")) continue;
    console.log(
      `${name}: ${KB(Buffer.byteLength(text))}, ${KB(gzipSync(text, { level: 9 }).length)} gzipped`,
    );
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await write(await build(), resolve(process.argv[2] ?? STATIC));
  } catch (error) {
    // esbuild has printed its own errors.
    if (!error.errors) console.error(`build.mjs: ${error.message}`);
    process.exitCode = 1;
  }
}
