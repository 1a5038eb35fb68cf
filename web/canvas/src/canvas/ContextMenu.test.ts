import { describe, expect, it } from "vitest";
import { actionOf } from "../actions/actions.ts";
import { ARRANGE, MENUS } from "./ContextMenu.tsx";

describe("a menu of the canvas", () => {
  it("has only what there is", () => {
    const named = [...Object.values(MENUS).flat(2), ...ARRANGE];
    expect(named.filter((id) => actionOf(id) === undefined)).toEqual([]);
  });
});
