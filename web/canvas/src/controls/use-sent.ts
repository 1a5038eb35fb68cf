/** Puts a painting that was sent into the document: the file, and its labels, in one step. */

import { useEffect } from "react";
import { setInput } from "../graph/commands/inputs.ts";
import { writePalette } from "../graph/painting/palette.ts";
import { useT } from "../i18n/i18n.ts";
import type { Drawing } from "../state/drawing.ts";
import { freshId } from "../state/fresh-id.ts";
import { useEdit } from "../state/here.ts";
import { useLabels } from "../state/labels.ts";
import { usePaintingKey, usePaintings } from "../state/paintings.ts";

/** For every control that opens the painter: whichever is there when it is sent. */
export function useSent({ node, input, set }: Pick<Drawing, "node" | "input" | "set">): void {
  const t = useT();
  const edit = useEdit();
  const key = usePaintingKey(node, input.name);
  const palette = useLabels(node);
  const sending = usePaintings((state) => state.sendings.get(key));
  useEffect(() => {
    const { sendings, forget } = usePaintings.getState();
    if (sending?.state !== "sent" || sendings.get(key) !== sending) return; // another one did it
    forget(key);
    const mark = freshId();
    const { labels } = sending;
    if (labels && palette && !palette.linked) {
      const written = writePalette(labels);
      edit(
        t("edit.set", { title: input.title }),
        (workflow, place) => setInput(workflow, place, node, palette.input, written),
        mark,
      );
    }
    set(sending.reference, mark);
  }, [sending, key, palette, node, input.title, set, edit, t]);
}
