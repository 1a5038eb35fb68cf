/** The open dialog, by its name. A new dialog is a file and a line here; none is loaded before it is opened. */

import { type ComponentType, lazy, Suspense } from "react";
import { useUi } from "../state/ui.ts";

/** What every dialog is given. */
interface DialogProps {
  readonly about: unknown;
  readonly close: () => void;
}

const DIALOGS: Readonly<Record<string, ComponentType<DialogProps>>> = {
  boxes: lazy(async () => ({ default: (await import("../editors/BoxEditor.tsx")).BoxEditor })),
  paint: lazy(async () => ({ default: (await import("../editors/PaintDialog.tsx")).PaintDialog })),
};

export function Dialogs() {
  const { dialog, closeDialog } = useUi();
  const Open = dialog ? DIALOGS[dialog.name] : undefined;
  if (!dialog || !Open) return null;
  return (
    <Suspense>
      <Open about={dialog.about} close={closeDialog} />
    </Suspense>
  );
}
