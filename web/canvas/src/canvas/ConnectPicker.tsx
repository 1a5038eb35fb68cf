/** Connecting without a pointer: a socket of the node, then what it is to lead to, from lists. */

import { useMemo, useState } from "react";
import type { Catalogue } from "../graph/catalogue.ts";
import { type OutputFace, titleOf } from "../graph/face.ts";
import { matchScore } from "../graph/search.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { type Scene, type SceneNode, useScene } from "../state/scene.ts";
import { type LooseEnd, useUi } from "../state/ui.ts";
import { middleOfView } from "../state/view.ts";
import { circleOf, looseEnd, refusalOf, shapeTitle, wireTo } from "../state/wiring.ts";
import { Picker, type PickerItem } from "../ui/Picker.tsx";
import { colourOf } from "./colours.ts";
import { link, place, type SocketChoice } from "./use-connecting.ts";

/** `about` is the id of the node to connect, a loose end of it, or one with the node that it was dropped on. */
export function ConnectPicker({ about }: { readonly about: unknown }) {
  const scene = useScene();
  const [from, setFrom] = useState<LooseEnd | null>(null);
  if (typeof about === "object" && about !== null) {
    if ("sockets" in about) return <Dropped scene={scene} choice={about as SocketChoice} />;
    return <Targets scene={scene} from={about as LooseEnd} />;
  }
  const node = typeof about === "string" ? scene.nodes.get(about) : undefined;
  if (!node) return null;
  return from ? (
    <Targets key={from.handle} scene={scene} from={from} />
  ) : (
    <Sockets scene={scene} node={node} choose={setFrom} />
  );
}

const close = () => useUi.getState().closeDialog();

/** Items whose title has all words that are typed. */
function matching(items: readonly PickerItem[], query: string): PickerItem[] {
  return query.trim() === ""
    ? [...items]
    : items.filter((item) => matchScore(`${item.title} ${item.detail ?? ""}`, query) >= 0);
}

function itemOf({ name, title, shape }: OutputFace, catalogue: Catalogue): PickerItem {
  return { id: name, title, detail: shapeTitle(shape, catalogue), colour: colourOf(shape, catalogue) };
}

/** The sockets of one node, where the pointer let go of a link. */
function Dropped({ scene, choice }: { readonly scene: Scene; readonly choice: SocketChoice }) {
  const t = useT();
  const catalogue = useCatalogue((state) => state.catalogue);
  const [query, setQuery] = useState("");
  const { from, node, sockets, edge, at } = choice;
  const one = scene.nodes.get(node);
  if (!one) return null;
  const items = [...one.face.inputs, ...one.face.outputs]
    .filter(({ name }) => sockets.includes(name))
    .map((socket) => itemOf(socket, catalogue));
  return (
    <Picker
      label={t("connect.which", { node: titleOf(one.node, one.face) })}
      placeholder={t("connect.which_placeholder")}
      items={matching(items, query)}
      query={query}
      setQuery={setQuery}
      close={close}
      empty={t("connect.none")}
      at={at}
      small
      header={<p className="picker-header">{t("connect.which", { node: titleOf(one.node, one.face) })}</p>}
      choose={({ id }) => {
        close();
        place(scene, from, node, id, edge);
      }}
    />
  );
}

interface SocketsProps {
  readonly scene: Scene;
  readonly node: SceneNode;
  readonly choose: (from: LooseEnd) => void;
}

function Sockets({ scene, node, choose }: SocketsProps) {
  const t = useT();
  const catalogue = useCatalogue((state) => state.catalogue);
  const [query, setQuery] = useState("");
  const items = useMemo(() => {
    const item = (side: "input" | "output") => (one: OutputFace) => ({
      ...itemOf(one, catalogue),
      id: `${side} ${one.name}`,
      group: t(side === "output" ? "palette.outputs" : "palette.inputs"),
    });
    return [
      ...node.face.outputs.map(item("output")),
      ...node.face.inputs.filter((one) => !one.fixed).map(item("input")),
    ];
  }, [node, catalogue, t]);
  return (
    <Picker
      label={t("connect.which", { node: titleOf(node.node, node.face) })}
      placeholder={t("connect.which_placeholder")}
      items={matching(items, query)}
      query={query}
      setQuery={setQuery}
      close={close}
      empty={t("connect.none")}
      small
      header={<p className="picker-header">{t("connect.which", { node: titleOf(node.node, node.face) })}</p>}
      choose={({ id }) => {
        const [side = "", ...name] = id.split(" ");
        const from = looseEnd(scene, node.id, side === "input" ? "input" : "output", name.join(" "));
        if (from) choose(from);
      }}
    />
  );
}

const NEW = "new node";

function Targets({ scene, from }: { readonly scene: Scene; readonly from: LooseEnd }) {
  const t = useT();
  const catalogue = useCatalogue((state) => state.catalogue);
  const [query, setQuery] = useState("");
  const items = useMemo(() => {
    const circle = circleOf(scene, from);
    const side = from.side === "output" ? "input" : "output";
    const found: PickerItem[] = [];
    for (const [id, one] of byDistance(scene, from.node)) {
      const title = titleOf(one.node, one.face);
      for (const socket of side === "input" ? one.face.inputs : one.face.outputs) {
        if (refusalOf(scene, from, circle, { node: id, side, handle: socket.name }) !== null) continue;
        found.push({
          id: `${id} ${socket.name}`,
          title: t("wire.name", { socket: socket.title, node: title }),
          detail: shapeTitle(socket.shape, catalogue),
          colour: colourOf(socket.shape, catalogue),
        });
      }
    }
    return found;
  }, [scene, from, catalogue, t]);
  const more: PickerItem = { id: NEW, title: t("connect.new"), colour: "var(--line-strong)" };
  return (
    <Picker
      label={t(from.side === "output" ? "connect.to" : "connect.from")}
      placeholder={t("connect.to_placeholder")}
      items={[...matching(items, query), more]}
      query={query}
      setQuery={setQuery}
      close={close}
      empty={t("connect.none")}
      choose={({ id }) => {
        close();
        if (id === NEW) return openPalette(scene, from);
        const at = id.indexOf(" ");
        link(wireTo(scene, from, id.slice(0, at), id.slice(at + 1)));
      }}
    />
  );
}

function byDistance(scene: Scene, from: string): [string, SceneNode][] {
  const origin = scene.nodes.get(from)?.at ?? [0, 0];
  const far = ({ at }: SceneNode) => Math.hypot(at[0] - origin[0], at[1] - origin[1]);
  return [...scene.nodes].filter(([id]) => id !== from).sort(([, a], [, b]) => far(a) - far(b));
}

function openPalette(scene: Scene, from: LooseEnd): void {
  const node = scene.nodes.get(from.node);
  const [x, y] = node?.at ?? middleOfView();
  const beside = from.side === "output" ? (node?.geometry.width ?? 0) + 72 : -72;
  useUi.getState().openPalette({
    at: [x + beside, y + 60],
    screen: null,
    from,
  });
}
