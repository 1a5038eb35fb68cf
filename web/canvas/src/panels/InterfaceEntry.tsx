/** One input or output of an interface. */

import { type DragEvent, useRef, useState } from "react";
import { wordsOf } from "../graph/catalogue.ts";
import {
  canName,
  demoteInput,
  moveName,
  removeName,
  renameName,
  type Side,
  setWords,
} from "../graph/commands/interface.ts";
import { type Face, titleOf } from "../graph/face.ts";
import type { Body } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useDocuments, usePlace, useWorkflow } from "../state/documents.ts";
import { lead } from "../state/lead.ts";
import { IconButton } from "../ui/Button.tsx";
import { CommitField } from "../ui/CommitField.tsx";

interface Props {
  readonly side: Side;
  readonly name: string;
  readonly index: number;
  readonly count: number;
  readonly body: Body;
  readonly faces: ReadonlyMap<string, Face>;
}

/** What is dragged: browsers tell the name of what is dragged only when it is dropped. */
const DRAGGED = "application/x-latentgraph-interface";

export function InterfaceEntry({ side, name, index, count, body, faces }: Props) {
  const t = useT();
  const workflow = useWorkflow();
  const place = usePlace();
  const edit = useDocuments((state) => state.edit);
  const own = useRef<HTMLLIElement>(null);
  const [over, setOver] = useState<"before" | "after" | null>(null);
  const words = side === "inputs" ? body.interface.inputs.get(name) : body.interface.outputs.get(name);
  const places = placesOf(side, name, body);
  const fallback = defaultTitle(side, places[0], name, faces);
  const title = words?.title || fallback;
  const move = (from: string, to: number) =>
    edit(t("interface.move"), (document, here) => moveName(document, here, side, from, to));
  const moveBy = (step: 1 | -1) => {
    move(name, index + step);
    // The button that was pressed may be at an end now, and take no more: the keyboard stays with the entry.
    requestAnimationFrame(() => {
      const buttons = [...(own.current?.querySelectorAll<HTMLButtonElement>(".interface-step button") ?? [])];
      const [next, other] = step < 0 ? buttons : buttons.reverse();
      (next?.disabled ? other : next)?.focus();
    });
  };
  return (
    <li
      ref={own}
      className="interface-entry"
      data-over={over ?? undefined}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(`${DRAGGED}-${side}`)) return;
        event.preventDefault();
        setOver(halfOf(event));
      }}
      onDragLeave={() => setOver(null)}
      onDrop={(event) => {
        setOver(null);
        const from = event.dataTransfer.getData(`${DRAGGED}-${side}`);
        const before = [...body.interface[side].keys()].indexOf(from);
        if (before < 0) return;
        const slot = index + (halfOf(event) === "after" ? 1 : 0);
        move(from, slot > before ? slot - 1 : slot);
      }}
    >
      <div className="interface-head">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons beside it move by keys */}
        <span
          className="interface-grip"
          draggable
          title={t("interface.drag")}
          onDragStart={(event) => event.dataTransfer.setData(`${DRAGGED}-${side}`, name)}
        >
          ⠿
        </span>
        <CommitField
          value={words?.title ?? ""}
          placeholder={fallback}
          label={t("interface.title", { name: title })}
          commit={(text) =>
            edit(t("interface.retitle"), (document, here) =>
              setWords(document, here, side, name, { title: text }),
            )
          }
        />
        <span className="interface-step">
          <IconButton
            icon="up"
            label={t("interface.up", { name: title })}
            isDisabled={index === 0}
            onPress={() => moveBy(-1)}
          />
          <IconButton
            icon="down"
            label={t("interface.down", { name: title })}
            isDisabled={index === count - 1}
            onPress={() => moveBy(1)}
          />
        </span>
        <IconButton
          icon="close"
          label={t("interface.remove", { name: title })}
          onPress={() => edit(t("menu.demote"), (document, here) => removeName(document, here, side, name))}
        />
      </div>
      {side === "inputs" && words && "help" in words && (
        <CommitField
          value={words.help}
          placeholder={t("interface.help_placeholder")}
          label={t("interface.help", { name: title })}
          commit={(text) =>
            edit(t("interface.rehelp"), (document, here) =>
              setWords(document, here, side, name, { help: text }),
            )
          }
        />
      )}
      <div className="interface-name">
        <span>{t("interface.name")}</span>
        <CommitField
          className="mono"
          value={name}
          label={t("interface.rename", { name: title })}
          allowed={(text) => workflow !== null && canName(workflow, place, side, text)}
          commit={(text) =>
            edit(t("interface.renamed"), (document, here) => renameName(document, here, side, name, text))
          }
        />
      </div>
      <ul className="interface-places">
        {places.map((one) => {
          const socket = socketTitle(side, one, faces, body);
          return (
            <li key={`${one.node}.${one.socket}`}>
              <button type="button" className="interface-place" onClick={() => lead(one.node, place)}>
                {side === "inputs" ? "→" : "←"} {socket}
              </button>
              {places.length > 1 && (
                <IconButton
                  icon="close"
                  label={t("interface.unlead", { name: socket })}
                  onPress={() =>
                    edit(t("menu.demote"), (document, here) =>
                      demoteInput(document, here, one.node, one.socket),
                    )
                  }
                />
              )}
            </li>
          );
        })}
      </ul>
    </li>
  );
}

/** On which side of what is under the pointer something is dropped. */
function halfOf({ currentTarget, clientY }: DragEvent): "before" | "after" {
  const { top, height } = currentTarget.getBoundingClientRect();
  return clientY < top + height / 2 ? "before" : "after";
}

interface At {
  readonly node: string;
  readonly socket: string;
}

function placesOf(side: Side, name: string, body: Body): readonly At[] {
  if (side === "outputs") {
    const one = body.interface.outputs.get(name);
    return one ? [{ node: one.node, socket: one.output }] : [];
  }
  const port = body.interface.inputs.get(name);
  return port ? [port, ...port.also].map((one) => ({ node: one.node, socket: one.input })) : [];
}

function socketOf(side: Side, at: At, faces: ReadonlyMap<string, Face>) {
  const face = faces.get(at.node);
  return side === "inputs"
    ? face?.inputs.find((one) => one.name === at.socket)
    : face?.outputs.find((one) => one.name === at.socket);
}

function defaultTitle(
  side: Side,
  at: At | undefined,
  name: string,
  faces: ReadonlyMap<string, Face>,
): string {
  const socket = at && at.socket === name ? socketOf(side, at, faces) : undefined;
  return socket?.title ?? wordsOf(name);
}

function socketTitle(side: Side, at: At, faces: ReadonlyMap<string, Face>, body: Body): string {
  const [node, face] = [body.nodes.get(at.node), faces.get(at.node)];
  const socket = socketOf(side, at, faces)?.title ?? at.socket;
  return `${node && face ? titleOf(node, face) : at.node} · ${socket}`;
}
