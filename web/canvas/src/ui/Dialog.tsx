/** A dialog over the page: a title, what it is about, and what can be done. Escape and a press outside close it. */

import "./dialog.css";
import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useT } from "../i18n/i18n.ts";
import { IconButton } from "./Button.tsx";

interface Props {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
  /** Buttons at the lower edge. */
  readonly footer?: ReactNode;
  /** How much of the page it takes. */
  readonly size?: "small" | "large" | "full";
}

export function Dialog({ title, close, children, footer, size = "small" }: Props) {
  const t = useT();
  return (
    <ModalOverlay className="dialog-overlay" isOpen onOpenChange={(open) => !open && close()} isDismissable>
      <Modal className={`dialog-modal ${size}`}>
        <AriaDialog className="dialog">
          <header className="dialog-header">
            <Heading slot="title">{title}</Heading>
            <IconButton icon="close" label={t("dialog.close")} onPress={close} />
          </header>
          <div className="dialog-body">{children}</div>
          {footer && <footer className="dialog-footer">{footer}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
