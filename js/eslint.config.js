import js from "@eslint/js";
import importX, { createNodeResolver } from "eslint-plugin-import-x";
import globals from "globals";

/* A module does nothing when it is evaluated; what it begins with stands in its start(). */
const EFFECTS =
  ":matches(ExpressionStatement:not([directive]), IfStatement, ForStatement, ForOfStatement, TryStatement)";

export default [
  { ignores: ["node_modules/"] },
  js.configs.recommended,
  {
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [createNodeResolver({ extensions: [".js"] })] },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "import-x/no-cycle": "error",
      "import-x/no-duplicates": "error",
      "import-x/no-self-import": "error",
      "import-x/no-unresolved": "error",
      "import-x/extensions": ["error", "always"],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-unused-vars": ["error", { args: "after-used" }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["src/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: {
      "no-console": ["error", { allow: ["error", "warn", "info", "debug"] }],
      "no-restricted-syntax": [
        "error",
        {
          selector: `Program > ${EFFECTS}`,
          message: "A module does nothing when it is evaluated: use start().",
        },
      ],
    },
  },
  { files: ["*.js", "*.mjs"], languageOptions: { globals: globals.node } },
  { files: ["test/**/*.js"], languageOptions: { globals: { ...globals.browser, ...globals.mocha } } },
];
