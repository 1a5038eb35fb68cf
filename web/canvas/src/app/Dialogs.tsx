/** The open dialog, by its name. A new dialog is a file and a line here; none is loaded before it is opened. */

import { type ComponentType, lazy, Suspense } from "react";
import { useUi } from "../state/ui.ts";

/** What every dialog is given. */
export interface DialogProps {
  readonly about: unknown;
  readonly close: () => void;
}

const DIALOGS: Readonly<Record<string, ComponentType<DialogProps>>> = {
  bodies: lazy(async () => ({ default: (await import("../panels/BodiesDialog.tsx")).BodiesDialog })),
  group: lazy(async () => ({ default: (await import("../panels/GroupDialog.tsx")).GroupDialog })),
  connect: lazy(async () => ({ default: (await import("../canvas/ConnectPicker.tsx")).ConnectPicker })),
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
