/** The open dialog, by its name. A new dialog is a file and a line here; none is loaded before it is opened. */

import { type ComponentType, lazy, Suspense } from "react";
import { useUi } from "../state/ui.ts";

/** What every dialog is given. */
export interface DialogProps {
  readonly about: unknown;
  readonly close: () => void;
}

const DIALOGS: Readonly<Record<string, ComponentType<DialogProps>>> = {
  connect: lazy(async () => ({ default: (await import("../canvas/ConnectPicker.tsx")).ConnectPicker })),
  batch: lazy(async () => ({ default: (await import("../panels/BatchDialog.tsx")).BatchDialog })),
  picture: lazy(async () => ({ default: (await import("../panels/PictureDialog.tsx")).PictureDialog })),
  results: lazy(async () => ({ default: (await import("../panels/ResultsDialog.tsx")).ResultsDialog })),
  sweep: lazy(async () => ({ default: (await import("../panels/SweepDialog.tsx")).SweepDialog })),
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
