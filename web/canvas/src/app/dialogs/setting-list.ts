/** The settings as a person sees them, in order. A new one is a line here, and one of `Settings`. */

import type { Key } from "../../i18n/i18n.ts";
import type { Settings } from "../../state/settings.ts";

type Named<T> = { readonly [K in keyof Settings]: Settings[K] extends T ? K : never }[keyof Settings];

/** One of a few values. */
export interface ChoiceSetting<
  K extends Exclude<Named<string>, "language"> = Exclude<Named<string>, "language">,
> {
  readonly kind: "choice";
  readonly name: K;
  readonly title: Key;
  readonly help: Key;
  readonly values: readonly (readonly [Settings[K], Key])[];
}

/** On or off. */
export interface SwitchSetting {
  readonly kind: "switch";
  readonly name: Named<boolean>;
  readonly title: Key;
  readonly help: Key;
}

/** The language: one of the files that there are. */
export interface LanguageSetting {
  readonly kind: "language";
  readonly name: "language";
  readonly title: Key;
  readonly help: Key;
}

export type Setting = ChoiceSetting | SwitchSetting | LanguageSetting;

interface Section {
  readonly title: Key;
  readonly settings: readonly Setting[];
}

export const SECTIONS: readonly Section[] = [
  {
    title: "settings.looks",
    settings: [
      {
        kind: "choice",
        name: "theme",
        title: "settings.theme",
        help: "settings.theme.help",
        values: [
          ["system", "settings.theme.system"],
          ["dark", "settings.theme.dark"],
          ["light", "settings.theme.light"],
          ["contrast", "settings.theme.contrast"],
        ],
      },
      {
        kind: "language",
        name: "language",
        title: "settings.language",
        help: "settings.language.help",
      },
    ],
  },
  {
    title: "settings.canvas",
    settings: [
      {
        kind: "choice",
        name: "wheel",
        title: "settings.wheel",
        help: "settings.wheel.help",
        values: [
          ["zoom", "settings.wheel.zoom"],
          ["pan", "settings.wheel.pan"],
        ],
      },
      {
        kind: "choice",
        name: "links",
        title: "settings.links",
        help: "settings.links.help",
        values: [
          ["curved", "settings.links.curved"],
          ["stepped", "settings.links.stepped"],
          ["straight", "settings.links.straight"],
        ],
      },
      { kind: "switch", name: "snap", title: "settings.snap", help: "settings.snap.help" },
      { kind: "switch", name: "minimap", title: "settings.minimap", help: "settings.minimap.help" },
      { kind: "switch", name: "ports", title: "settings.ports", help: "settings.ports.help" },
    ],
  },
  {
    title: "settings.safety",
    settings: [{ kind: "switch", name: "confirm", title: "settings.confirm", help: "settings.confirm.help" }],
  },
];
