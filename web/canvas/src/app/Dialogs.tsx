/** The open dialog, by its name. A new dialog is a file and a line here; none is loaded before it is opened. */

import { type ComponentType, Suspense } from "react";
import { useUi } from "../state/ui.ts";
import { later } from "../ui/later.tsx";

/** What every dialog is given. */
export interface DialogProps {
  readonly about: unknown;
  readonly close: () => void;
}

const DIALOGS: Readonly<Record<string, ComponentType<DialogProps>>> = {
  bodies: later(async () => (await import("../panels/BodiesDialog.tsx")).BodiesDialog),
  group: later(async () => (await import("../panels/GroupDialog.tsx")).GroupDialog),
  boxes: later(async () => (await import("../editors/BoxEditor.tsx")).BoxEditor),
  paint: later(async () => (await import("../editors/PaintDialog.tsx")).PaintDialog),
  connect: later(async () => (await import("../canvas/ConnectPicker.tsx")).ConnectPicker),
  batch: later(async () => (await import("../panels/BatchDialog.tsx")).BatchDialog),
  commands: later(async () => (await import("./dialogs/CommandsDialog.tsx")).CommandsDialog),
  picture: later(async () => (await import("../panels/PictureDialog.tsx")).PictureDialog),
  results: later(async () => (await import("../panels/ResultsDialog.tsx")).ResultsDialog),
  settings: later(async () => (await import("./dialogs/SettingsDialog.tsx")).SettingsDialog),
  shortcuts: later(async () => (await import("./dialogs/ShortcutsDialog.tsx")).ShortcutsDialog),
  sweep: later(async () => (await import("../panels/SweepDialog.tsx")).SweepDialog),
  close: later(async () => (await import("../views/library/CloseDialog.tsx")).CloseDialog),
  conflict: later(async () => (await import("../views/library/ConflictDialog.tsx")).ConflictDialog),
  "dropped-picture": later(
    async () => (await import("../views/library/DroppedPictureDialog.tsx")).DroppedPictureDialog,
  ),
  missing: later(async () => (await import("../views/library/MissingDialog.tsx")).MissingDialog),
  open: later(async () => (await import("../views/library/OpenDialog.tsx")).OpenDialog),
  save: later(async () => (await import("../views/library/SaveDialog.tsx")).SaveDialog),
  share: later(async () => (await import("../views/library/ShareDialog.tsx")).ShareDialog),
  "sign-in": later(async () => (await import("../views/library/SignInDialog.tsx")).SignInDialog),
  versions: later(async () => (await import("../views/library/VersionsDialog.tsx")).VersionsDialog),
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
