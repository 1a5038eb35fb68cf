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
  boxes: lazy(async () => ({ default: (await import("../editors/BoxEditor.tsx")).BoxEditor })),
  paint: lazy(async () => ({ default: (await import("../editors/PaintDialog.tsx")).PaintDialog })),
  connect: lazy(async () => ({ default: (await import("../canvas/ConnectPicker.tsx")).ConnectPicker })),
  batch: lazy(async () => ({ default: (await import("../panels/BatchDialog.tsx")).BatchDialog })),
  commands: lazy(async () => ({ default: (await import("./dialogs/CommandsDialog.tsx")).CommandsDialog })),
  picture: lazy(async () => ({ default: (await import("../panels/PictureDialog.tsx")).PictureDialog })),
  results: lazy(async () => ({ default: (await import("../panels/ResultsDialog.tsx")).ResultsDialog })),
  settings: lazy(async () => ({ default: (await import("./dialogs/SettingsDialog.tsx")).SettingsDialog })),
  shortcuts: lazy(async () => ({
    default: (await import("./dialogs/ShortcutsDialog.tsx")).ShortcutsDialog,
  })),
  sweep: lazy(async () => ({ default: (await import("../panels/SweepDialog.tsx")).SweepDialog })),
  close: lazy(async () => ({ default: (await import("../views/library/CloseDialog.tsx")).CloseDialog })),
  conflict: lazy(async () => ({
    default: (await import("../views/library/ConflictDialog.tsx")).ConflictDialog,
  })),
  "dropped-picture": lazy(async () => ({
    default: (await import("../views/library/DroppedPictureDialog.tsx")).DroppedPictureDialog,
  })),
  missing: lazy(async () => ({
    default: (await import("../views/library/MissingDialog.tsx")).MissingDialog,
  })),
  open: lazy(async () => ({ default: (await import("../views/library/OpenDialog.tsx")).OpenDialog })),
  save: lazy(async () => ({ default: (await import("../views/library/SaveDialog.tsx")).SaveDialog })),
  share: lazy(async () => ({ default: (await import("../views/library/ShareDialog.tsx")).ShareDialog })),
  "sign-in": lazy(async () => ({
    default: (await import("../views/library/SignInDialog.tsx")).SignInDialog,
  })),
  versions: lazy(async () => ({
    default: (await import("../views/library/VersionsDialog.tsx")).VersionsDialog,
  })),
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
