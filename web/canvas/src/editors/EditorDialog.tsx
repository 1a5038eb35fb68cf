/** A full screen editor over the page. Escape and Done both leave it and keep what was drawn. */

import "./editor-dialog.css";
import { type ReactNode, useEffect } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useT } from "../i18n/i18n.ts";
import { Button } from "../ui/Button.tsx";

interface Props {
  readonly title: string;
  readonly close: () => void;
  /** What is at the top, beside the title. */
  readonly tools: ReactNode;
  readonly children: ReactNode;
}

export function EditorDialog({ title, close, tools, children }: Props) {
  const t = useT();
  useEffect(() => {
    // what had the focus may be gone with what it deleted: Escape leaves all the same
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape" && event.target === document.body) close();
    };
    document.addEventListener("keydown", leave);
    return () => document.removeEventListener("keydown", leave);
  }, [close]);
  return (
    <ModalOverlay className="editor-overlay" isOpen onOpenChange={(open) => !open && close()}>
      <Modal className="editor-modal">
        <Dialog className="editor-dialog">
          <header className="editor-header">
            <Heading slot="title">{title}</Heading>
            <div className="editor-tools">{tools}</div>
            <Button tone="accent" icon="check" onPress={close}>
              {t("editor.done")}
            </Button>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
