/** Opens the painter on what there is: a painting on its way, the one that the document names, or an empty one. */

import { useEffect, useRef, useState } from "react";
import type { Label } from "../graph/painting/palette.ts";
import { blank, type Raster } from "../graph/painting/raster.ts";
import { useT } from "../i18n/i18n.ts";
import { type Drawing, drawingOf, useDrawing, useDrawn, useDrawnTitle } from "../state/drawing.ts";
import { useLabels } from "../state/labels.ts";
import { usePaintingKey, usePaintings } from "../state/paintings.ts";
import { useUi } from "../state/ui.ts";
import { uploadAddress, useLinkedPicture } from "../state/underlays.ts";
import { PaintEditor } from "./PaintEditor.tsx";
import { paintable, readLabels, readMask, sizeOf } from "./picture-file.ts";

interface Props {
  readonly about: unknown;
  readonly close: () => void;
}

/** Pixels with the labels that they are numbers of; null for a mask. */
export interface Painted {
  readonly raster: Raster;
  readonly labels: readonly Label[] | null;
}

export function PaintDialog({ about, close }: Props) {
  const drawing = drawingOf(about);
  return drawing && <Paint {...drawing} close={close} />;
}

function Paint({ node, input, close }: Drawing & Pick<Props, "close">) {
  const key = usePaintingKey(node, input.name);
  const palette = useLabels(node);
  const title = useDrawnTitle(node);
  const opened = useOpened({ node, input }, key, close);
  if (!opened) return null;
  return (
    <PaintEditor
      title={title}
      node={node}
      raster={opened.raster}
      labels={opened.labels}
      labelsFixed={palette?.linked ?? false}
      close={(done) => {
        close();
        if (done) void usePaintings.getState().send(key, done.raster, done.labels);
      }}
    />
  );
}

const BLANK: readonly [number, number] = [512, 512];

/** What is to be painted on, once it was read; where it can not be read, that is said and nothing opens. */
function useOpened(
  { node, input }: Pick<Drawing, "node" | "input">,
  key: string,
  close: () => void,
): Painted | null {
  const t = useT();
  const [opened, setOpened] = useState<Painted | null>(null);
  const drawn = useDrawn({ node, input });
  const palette = useLabels(node);
  const linked = useLinkedPicture(node, "image");
  const name = typeof drawn?.value === "string" ? drawn.value : "";
  const read = async (): Promise<Painted> => {
    const { surfaces, setSurface } = useDrawing.getState();
    if (linked && !surfaces.has(node)) setSurface(node, { underlay: linked.address });
    const kept = usePaintings.getState().sendings.get(key);
    if (kept) return { raster: { ...kept.raster, data: kept.raster.data.slice() }, labels: kept.labels };
    const labels =
      input.control === "labels" ? startLabels(palette?.labels, t("labels.first"), t("labels.second")) : null;
    const address = uploadAddress(name);
    if (address) return { raster: await (labels ? readLabels(address, labels) : readMask(address)), labels };
    const size = (linked && (await sizeOf(linked.address))) ?? BLANK;
    return { raster: blank(...paintable(size)), labels };
  };
  const once = useRef(false);
  useEffect(() => {
    if (once.current) return;
    once.current = true;
    read().then(setOpened, (error: unknown) => {
      const why = error instanceof Error ? error.message : t("error.unexpected");
      useUi.getState().say({ tone: "bad", text: t("paint.not_read", { why }) });
      close();
    });
  });
  return opened;
}

/** The labels to begin with: those of the document, else two to paint with at once. */
function startLabels(labels: readonly Label[] | undefined, first: string, second: string): readonly Label[] {
  if (labels && labels.length > 0) return labels;
  return [
    { name: first, colour: "#000000" },
    { name: second, colour: "#3cb44b" },
  ];
}
