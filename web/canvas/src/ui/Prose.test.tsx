import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Prose, plainProse } from "./Prose.tsx";

afterEach(cleanup);

test("a help text has paragraphs, and names set apart from words", () => {
  const { container } = render(<Prose className="note" text={"Reads `file`.\n\nTwice,\nif asked."} />);
  expect([...container.querySelectorAll("p.note")].map((one) => one.textContent)).toEqual([
    "Reads file.",
    "Twice,\nif asked.",
  ]);
  expect(container.querySelector("code")?.textContent).toBe("file");
  expect(plainProse("Reads `file`.")).toBe("Reads file.");
});
