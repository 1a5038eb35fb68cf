/** Asks what the nodes that become a definition are to be called. */

import "./definitions.css";
import { useId, useState } from "react";
import type { BodyInput } from "../graph/commands/bodies.ts";
import { isName } from "../graph/commands/edit.ts";
import { useT } from "../i18n/i18n.ts";
import { groupNodes } from "../state/grouping.ts";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";

interface Props {
  /** The nodes; and the node whose body they are to be, if not one of its own. */
  readonly about: unknown;
  readonly close: () => void;
}

interface About {
  readonly ids: readonly string[];
  readonly to?: BodyInput;
}

export function GroupDialog({ about, close }: Props) {
  const t = useT();
  const id = useId();
  const { ids, to } = about as About;
  const [name, setName] = useState(t("group.default"));
  const make = () => {
    if (!isName(name)) return;
    close();
    groupNodes(new Set(ids), name, to);
  };
  return (
    <Dialog
      title={t("group.title", { count: ids.length })}
      close={close}
      footer={
        <>
          <Button onPress={close}>{t("dialog.cancel")}</Button>
          <Button tone="accent" onPress={make} isDisabled={!isName(name)}>
            {t("group.go")}
          </Button>
        </>
      }
    >
      <form
        className="group-form"
        onSubmit={(event) => {
          event.preventDefault();
          make();
        }}
      >
        <label htmlFor={id}>{t("group.name")}</label>
        <input
          id={id}
          className="text-field"
          autoFocus
          autoComplete="off"
          value={name}
          onFocus={(event) => event.target.select()}
          onChange={(event) => setName(event.target.value)}
        />
        <p className="group-help">{t(to ? "group.help_body" : "group.help")}</p>
      </form>
    </Dialog>
  );
}
