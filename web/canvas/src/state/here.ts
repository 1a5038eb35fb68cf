/** Where in the document a part of the page is: on the canvas the place of the tab, in the outline any other. */

import { createContext, useCallback, useContext } from "react";
import type { Place } from "../graph/workflow.ts";
import { type Command, useDocuments, usePlace } from "./documents.ts";

/** The place of what is inside; without one it is the place that the tab shows. */
export const HereContext = createContext<Place | undefined>(undefined);

export function useHere(): Place {
  const shown = usePlace();
  const here = useContext(HereContext);
  return here === undefined ? shown : here;
}

/** Changes the active document at the place where one is. */
export function useEdit(): (label: string, command: Command, mark?: string) => void {
  const here = useHere();
  const edit = useDocuments((state) => state.edit);
  return useCallback(
    (label, command, mark) => edit(label, (workflow) => command(workflow, here), mark),
    [edit, here],
  );
}
