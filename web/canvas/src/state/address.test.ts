import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Asked, addressOf, isAsked, readAddress } from "./address.ts";

describe("the page's address", () => {
  it("names a workflow, a template, a job or a link", () => {
    expect(readAddress("?workflow=wf-1")).toEqual({ kind: "library", id: "wf-1" });
    expect(readAddress("?template=text_to_image")).toEqual({ kind: "template", id: "text_to_image" });
    expect(readAddress("?job=7")).toEqual({ kind: "job", id: "7" });
    expect(readAddress("?shared=a.b")).toEqual({ kind: "shared", link: "a.b" });
    expect(readAddress("?shared=")).toBeNull();
    expect(readAddress("?other=1")).toBeNull();
  });

  it("leads back to what it was made from", () => {
    const id = fc.string({ minLength: 1, unit: "binary" }).filter((text) => text.isWellFormed());
    const asked = fc.oneof(
      fc.record({ kind: fc.constantFrom("library", "template", "job"), id }),
      fc.record({ kind: fc.constant("shared"), link: id }),
    ) as fc.Arbitrary<Asked>;
    fc.assert(
      fc.property(asked, (one) => {
        expect(readAddress(addressOf(one).slice(1))).toEqual(one);
      }),
    );
  });

  it("says nothing of what is only here", () => {
    expect(addressOf({ kind: "new" })).toBe("/");
    expect(addressOf({ kind: "file", name: "a.json" })).toBe("/");
  });

  it("knows the tab that shows it, whichever version that has", () => {
    const origin = { kind: "library", id: "wf-1", etag: '"3.0"', version: 3 } as const;
    expect(isAsked(origin, { kind: "library", id: "wf-1" })).toBe(true);
    expect(isAsked(origin, { kind: "template", id: "wf-1" })).toBe(false);
  });
});
