import { expect, it } from "vitest";

// The rooms of the client as docs/architecture.md has them; each may import those of the lines below it.
const LINES: readonly (readonly string[])[] = [
  ["main.tsx"],
  ["app"],
  ["views", "canvas"],
  ["actions", "editors", "panels"],
  ["controls"],
  ["state", "ui"],
  ["server", "i18n"],
  ["graph"],
];

const FILES = import.meta.glob<string>("./**/*.{ts,tsx}", { eager: true, query: "?raw", import: "default" });
const SOURCES = Object.entries(FILES).filter(([path]) => !/\.test\.|\/testing\//.test(path));
const IMPORT = /(?:from|import\()\s*"([^"]+)"/g;

interface Arrow {
  readonly from: string;
  readonly to: string;
}

const ARROWS: readonly Arrow[] = SOURCES.flatMap(([path, text]) =>
  [...text.matchAll(IMPORT)].map(([, name = ""]) => ({
    from: path,
    to: name.startsWith(".") ? new URL(name, `file:///${path}`).pathname.slice(1) : name,
  })),
);

const roomOf = (path: string) => path.replace(/^\.\//, "").split("/")[0] ?? "";
const lineOf = (room: string) => LINES.findIndex((line) => line.includes(room));

it("every room has its line", () => {
  expect(SOURCES.length).toBeGreaterThan(200);
  expect(new Set(SOURCES.map(([path]) => roomOf(path)).filter((room) => lineOf(room) < 0))).toEqual(
    new Set(),
  );
});

it("arrows between rooms run one way", () => {
  const local = ARROWS.filter(({ to }) => !to.includes("@") && lineOf(roomOf(to)) >= 0);
  expect(local.length).toBeGreaterThan(500);
  const against = local.filter(({ from, to }) => lineOf(roomOf(to)) < lineOf(roomOf(from)));
  expect(against).toEqual([]);
});

it("the library of the canvas is known in its room only", () => {
  const known = ARROWS.filter(({ to }) => to.startsWith("@xyflow/")).map(({ from }) => roomOf(from));
  expect(new Set(known)).toEqual(new Set(["canvas"]));
});

it("the document knows neither React nor the page", () => {
  const inside = ARROWS.filter(({ from }) => roomOf(from) === "graph").map(({ to }) => to);
  expect(inside.filter((to) => /^(react|zustand)/.test(to))).toEqual([]);
  const touching = SOURCES.filter(
    ([path, text]) => roomOf(path) === "graph" && /\b(document|window|localStorage)\.[a-z]/.test(text),
  );
  expect(touching.map(([path]) => path)).toEqual([]);
});
