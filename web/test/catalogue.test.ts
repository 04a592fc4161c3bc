import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FluentResource } from "@fluent/bundle";
import { parse } from "svelte/compiler";
import { describe, expect, it } from "vitest";
import { bundleOf, LOCALES } from "../src/text/message.svelte.ts";

const SOURCE = join(import.meta.dirname, "../src");
const source = (locale: string): string =>
  readFileSync(join(import.meta.dirname, `../messages/${locale}.ftl`), "utf-8");
const files = readdirSync(SOURCE, { recursive: true, encoding: "utf-8" }).filter((name) => /\.(ts|svelte)$/.test(name));
const code = files.map((name) => readFileSync(join(SOURCE, name), "utf-8")).join("\n");

const identifiers = (locale: string): string[] => new FluentResource(source(locale)).body.map((one) => one.id);
const variables = (locale: string): Record<string, string[]> =>
  Object.fromEntries(
    source(locale)
      .split(/\n(?=[a-z])/)
      .filter((entry) => /^[a-z]/.test(entry))
      .map((entry) => [
        entry.split(" =")[0] ?? "",
        [...new Set([...entry.matchAll(/\$(\w+)/g)].map((match) => match[1] ?? ""))].sort(),
      ]),
  );

/** Identifiers in the code, whole ones and those that a code of the service completes (as patterns). */
const asked = {
  whole: [...code.matchAll(/["`]((?:[a-z0-9]+-)*[a-z0-9]+)["`]/g)].map((match) => match[1] ?? ""),
  direct: [...code.matchAll(/\bt\(\s*"([^"]+)"/g)].map((match) => match[1] ?? ""),
  patterns: [...code.matchAll(/\bt\(\s*`([^`]+)`/g)].map((match) => match[1] ?? ""),
};
const patternOf = (text: string): RegExp => new RegExp(`^${text.replace(/\$\{[^}]+\}/g, "[\\w-]+")}$`);

describe.each(LOCALES)("the catalogue %s", (locale) => {
  it("has no identifier twice", () => {
    expect(identifiers(locale).length).toBe(new Set(identifiers(locale)).size);
  });

  it("holds every message that the code asks for", () => {
    const known = new Set(identifiers(locale));
    expect(asked.direct.filter((one) => !known.has(one))).toEqual([]);
    expect(asked.patterns.filter((one) => !identifiers(locale).some((name) => patternOf(one).test(name)))).toEqual([]);
  });

  it("holds no message that nothing asks for", () => {
    const patterns = [...asked.patterns.map(patternOf), /^(problem|parameter|history|stream|alarm|reason|unit)-/];
    const isAsked = (name: string): boolean => asked.whole.includes(name) || patterns.some((one) => one.test(name));
    expect(identifiers(locale).filter((name) => !isAsked(name))).toEqual([]);
  });

  it("has the same messages and variables as English", () => {
    expect(variables(locale)).toEqual(variables("en"));
  });

  it("formats every message without an error", () => {
    const bundle = bundleOf(locale, source(locale));
    for (const [name, wanted] of Object.entries(variables(locale))) {
      const pattern = bundle.getMessage(name)?.value;
      const errors: Error[] = [];
      if (pattern) bundle.formatPattern(pattern, Object.fromEntries(wanted.map((one) => [one, 2])), errors);
      expect([name, pattern === undefined || pattern === null, errors]).toEqual([name, false, []]);
    }
  });
});

it("no template holds a sentence of its own", () => {
  const words: string[] = [];
  for (const name of files.filter((one) => one.endsWith(".svelte"))) {
    const text = readFileSync(join(SOURCE, name), "utf-8");
    const { fragment } = parse(text, { modern: true });
    collectText(fragment, (found) => words.push(`${name}: ${found}`));
  }
  expect(words).toEqual([]);
});

const NAMES = new Set(["GlucoTwin", "· GlucoTwin"]);
const SPOKEN = /^(aria-label|title|alt|placeholder)$/;
const CODE = new Set(["expression", "metadata", "css", "instance"]);

interface Node {
  type?: string;
  name?: string;
  data?: string;
}

/** Styles, classes and the like are no sentences. */
const isSilent = ({ type, name = "" }: Node): boolean =>
  type === "StyleDirective" || (type === "Attribute" && !SPOKEN.test(name));

function collectText(node: unknown, tell: (text: string) => void): void {
  if (typeof node !== "object" || node === null || isSilent(node)) return;
  const { type, data = "" } = node as Node;
  if (type === "Text" && /\p{L}{2,}/u.test(data) && !NAMES.has(data.trim())) tell(data.trim());
  for (const [key, value] of Object.entries(node)) if (!CODE.has(key)) collectText(value, tell);
}
