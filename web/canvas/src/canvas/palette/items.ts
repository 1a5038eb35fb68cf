/** What the palette lists for a text: node types that fit, then actions. */

import type { Action } from "../../actions/action.ts";
import { shownKeys } from "../../actions/action.ts";
import { type Catalogue, categoryTitle } from "../../graph/catalogue.ts";
import { specFace } from "../../graph/face.ts";
import { matchScore, searchNodes } from "../../graph/search.ts";
import { t } from "../../i18n/i18n.ts";
import type { LooseEnd } from "../../state/ui.ts";
import type { PickerItem } from "../../ui/Picker.tsx";
import { colourOf } from "../colours.ts";

const MOST = 2000;

/** Node types for a text: by category while nothing is typed, the best first after that. */
export function nodeItems(catalogue: Catalogue, query: string, from: LooseEnd | null): PickerItem[] {
  const typing = query.trim() !== "";
  const end = from ? { side: from.side, shape: from.shape } : null;
  const items = searchNodes(catalogue, query, end, MOST).map(({ type }): PickerItem => {
    const face = specFace(type, catalogue);
    const shape = face.outputs[0]?.shape;
    const category = categoryTitle(catalogue, face.category);
    return {
      id: type,
      title: face.title,
      ...(typing ? { detail: category } : { group: category }),
      colour: shape ? colourOf(shape, catalogue) : "var(--line-strong)",
    };
  });
  if (typing) return items;
  return items.toSorted((a, b) => (a.group ?? "").localeCompare(b.group ?? ""));
}

const MOST_ACTIONS = 5;

/** Actions that can be done now and whose title has the words that were typed. */
export function actionItems(actions: readonly Action[], query: string): PickerItem[] {
  if (query.trim() === "") return [];
  const found = actions.flatMap((action): PickerItem[] => {
    const title = t(action.title);
    const fits = matchScore(title, query) > 45 && action.enabled?.() !== false;
    const [keys] = action.keys;
    if (!fits || action.id === "add-node") return [];
    return [
      {
        id: `action ${action.id}`,
        title,
        group: t("palette.actions"),
        ...(keys ? { detail: shownKeys(keys) } : {}),
      },
    ];
  });
  return found.slice(0, MOST_ACTIONS);
}
