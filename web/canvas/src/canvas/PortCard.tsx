/** What comes into a document or definition, or goes out of it, as a card beside its nodes. */

import "./port-card.css";
import { memo, useState } from "react";
import { moveName, removeName, type Side, setWords } from "../graph/commands/interface.ts";
import { INPUTS_CARD, NEW_PORT } from "../graph/port-cards.ts";
import type { Shape } from "../graph/shape.ts";
import { type Key, useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments, usePlace } from "../state/documents.ts";
import { useGestures } from "../state/gestures.ts";
import type { SceneNode } from "../state/scene.ts";
import { useSettings } from "../state/settings.ts";
import { useUi } from "../state/ui.ts";
import { IconButton } from "../ui/Button.tsx";
import { CommitField } from "../ui/CommitField.tsx";
import { MenuButton } from "../ui/MenuButton.tsx";
import { Socket } from "./Socket.tsx";
import { useCardFocus } from "./use-card-focus.ts";

interface Props {
  readonly data: { readonly scene: SceneNode };
}

export const PortCard = memo(function PortCard({ data: { scene } }: Props) {
  const t = useT();
  const focus = useCardFocus(scene.id);
  const place = usePlace();
  const isTarget = useGestures(({ target }) => target?.node === scene.id && target.handle === null);
  const side: Side = scene.id === INPUTS_CARD ? "inputs" : "outputs";
  const sockets: readonly PortSocket[] = side === "inputs" ? scene.face.outputs : scene.face.inputs;
  return (
    <article
      className="port-card"
      {...focus}
      data-side={side}
      data-target={isTarget || undefined}
      aria-label={t(`ports.${side}`)}
    >
      <header className="port-header">
        <span className="port-heading">{t(`ports.${side}`)}</span>
        <IconButton
          icon="settings"
          label={t("ports.edit")}
          onPress={() => useUi.getState().openPanel("interface")}
        />
        {place === null && (
          <IconButton
            icon="close"
            label={t("ports.hide")}
            onPress={() => useSettings.getState().set({ ports: false })}
          />
        )}
      </header>
      {sockets.map((one, index) => (
        <Port
          key={one.name}
          scene={scene}
          side={side}
          socket={one}
          index={index}
          count={sockets.length - 1}
        />
      ))}
    </article>
  );
});

interface PortSocket {
  readonly name: string;
  readonly title: string;
  readonly shape: Shape;
}

interface PortProps {
  readonly scene: SceneNode;
  readonly side: Side;
  readonly socket: PortSocket;
  readonly index: number;
  /** How many ports there are. */
  readonly count: number;
}

const LABELS: Readonly<Record<Side, readonly [Key, Key]>> = {
  inputs: ["ports.lead", "ports.new_input"],
  outputs: ["ports.give", "ports.new_output"],
};

function Port({ scene, side, socket, index, count }: PortProps) {
  const t = useT();
  const catalogue = useCatalogue((state) => state.catalogue);
  const edit = useDocuments((state) => state.edit);
  const [renaming, setRenaming] = useState(false);
  const { name, title, shape } = socket;
  const isNew = name === NEW_PORT;
  const [own, fresh] = LABELS[side];
  const y = (side === "inputs" ? scene.geometry.outputs : scene.geometry.inputs).get(name) ?? 0;
  const move = (to: number) =>
    edit(t("interface.move"), (workflow, place) => moveName(workflow, place, side, name, to));
  return (
    <div className="port-row" data-new={isNew || undefined} style={{ top: y - 14 }}>
      <Socket
        node={scene.id}
        side={side === "inputs" ? "output" : "input"}
        name={name}
        label={isNew ? t(fresh) : t(own, { title })}
        shape={shape}
        y={14}
        linked={!isNew}
        catalogue={catalogue}
      />
      {isNew && <span className="port-title">{t(fresh)}</span>}
      {!isNew && renaming && (
        <CommitField
          autoFocus
          className="nodrag"
          value={title}
          label={t("interface.title", { name: title })}
          commit={(text) =>
            edit(t("interface.retitle"), (workflow, place) =>
              setWords(workflow, place, side, name, { title: text }),
            )
          }
          left={() => setRenaming(false)}
        />
      )}
      {!isNew && !renaming && (
        <>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the menu beside it does the same by keys */}
          <span className="port-title" title={name} onDoubleClick={() => setRenaming(true)}>
            {title}
          </span>
          <MenuButton
            className="icon-only port-menu nodrag"
            label={t("outline.actions", { title })}
            entries={[
              { id: "retitle", title: t("interface.retitle"), run: () => setRenaming(true) },
              ...(index > 0
                ? [{ id: "up", title: t("interface.up", { name: title }), run: () => move(index - 1) }]
                : []),
              ...(index < count - 1
                ? [{ id: "down", title: t("interface.down", { name: title }), run: () => move(index + 1) }]
                : []),
              {
                id: "remove",
                title: t("interface.remove", { name: title }),
                run: () =>
                  edit(t("menu.demote"), (workflow, place) => removeName(workflow, place, side, name)),
              },
            ]}
          />
        </>
      )}
    </div>
  );
}
