import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";

/**
 * Writes the types of what the service sends and takes from its description; `--check` only says whether they are
 * those of the description.
 */
const description = JSON.parse(readFileSync(join(import.meta.dirname, "../../docs/reference/openapi.json"), "utf-8"));
const file = join(import.meta.dirname, "../src/api/interface.ts");
const { openapi, info, components } = description;
const shapes = await openapiTS(
  { openapi, info, paths: {}, components: { schemas: components.schemas } },
  { defaultNonNullable: false },
);
const wanted = `/** Made from docs/reference/openapi.json by \`npm run interface\`. */\n${astToString(shapes)}`;

if (!process.argv.includes("--check")) writeFileSync(file, wanted);
else if (readFileSync(file, "utf-8") !== wanted) {
  process.stderr.write("src/api/interface.ts is out of date. Run: npm run interface\n");
  process.exitCode = 1;
}
