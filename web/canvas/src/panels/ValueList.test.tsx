import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { ValueList } from "./ValueList.tsx";

afterEach(cleanup);

const LOSSES = [4, 2, "NaN", 1, 0.5];

test("values stand by their titles: numbers, texts, and anything else as JSON", () => {
  const values = { sum: 9012, caption: "a red apple", kinds: ["a", "b"] };
  render(<ValueList values={values} titles={{ sum: "The sum" }} label="Outputs" />);
  const shown = [...document.querySelectorAll("dt, dd")].map((one) => one.textContent?.replace(/\s+/g, " "));
  expect(shown).toEqual(["The sum", "9,012", "Caption", "a red apple", "Kinds", '[ "a", "b" ]']);
});

test("a row of numbers is a curve or a histogram, and either says in words what it shows", () => {
  render(<ValueList values={{ loss: LOSSES }} label="Outputs" />);
  const said = "5 numbers from 0.5 to 4, the last is 0.5";
  expect(screen.getByRole("img", { name: `Loss: ${said}` }).querySelectorAll("polyline")).toHaveLength(1);
  fireEvent.click(screen.getByRole("radio", { name: "Histogram" }));
  const bars = screen.getByRole("img", { name: `Loss: how often values come; ${said}` });
  expect(bars.querySelectorAll("rect").length).toBeGreaterThan(1);
  expect(screen.getByText(said)).toBeTruthy();
});
