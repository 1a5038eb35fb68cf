/** The whole workflow in a corner, with what is seen of it; press or drag to go there. */

import "./minimap.css";
import { type PointerEvent, useEffect, useMemo, useRef } from "react";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { boundsOf, type Scene } from "../state/scene.ts";
import { useSelection } from "../state/selection.ts";
import { seenIn, useView, type View, viewOf } from "../state/view.ts";
import { drawingOf, NO_MARKS, paint, paintMarks, readInks } from "./paint.ts";

const SIZE = { width: 200, height: 132 };

export function Minimap({ scene }: { readonly scene: Scene }) {
  const t = useT();
  const canvas = useRef<HTMLCanvasElement>(null);
  const seen = useRef<HTMLDivElement>(null);
  const catalogue = useCatalogue((state) => state.catalogue);
  const selected = useSelection((state) => state.nodes);
  const bounds = useMemo(() => boundsOf(scene), [scene]);
  const own = useMemo<View>(
    () => (bounds ? viewOf(bounds, SIZE, 0.2, 0.06) : { x: 0, y: 0, zoom: 0.1 }),
    [bounds],
  );

  useEffect(() => {
    const draw = () => {
      const context = canvas.current?.getContext("2d");
      if (!context || !canvas.current) return;
      const inks = readInks(canvas.current);
      const ratio = context.canvas.width / SIZE.width;
      paint(context, drawingOf(scene, catalogue, inks), own, ratio, inks);
      paintMarks(context, scene, own, ratio, inks, catalogue, { ...NO_MARKS, selected });
    };
    const frame = requestAnimationFrame(draw);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      cancelAnimationFrame(frame);
      theme.disconnect();
    };
  }, [scene, own, catalogue, selected]);

  useEffect(() => {
    const place = () => {
      const { view, size } = useView.getState();
      const box = seenIn(view, size);
      const style = seen.current?.style;
      if (!style) return;
      style.width = `${box.width * own.zoom}px`;
      style.height = `${box.height * own.zoom}px`;
      style.transform = `translate(${box.x * own.zoom + own.x}px, ${box.y * own.zoom + own.y}px)`;
    };
    place();
    return useView.subscribe(place);
  }, [own]);

  const go = (event: PointerEvent<HTMLDivElement>) => {
    if (event.buttons === 0) return;
    const corner = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - corner.left - own.x) / own.zoom;
    const y = (event.clientY - corner.top - own.y) / own.zoom;
    useView.getState().show({ kind: "centre", at: [x, y] });
  };

  return (
    <div
      className="minimap"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={go}
    >
      <canvas
        ref={canvas}
        width={SIZE.width * 2}
        height={SIZE.height * 2}
        role="img"
        aria-label={t("minimap.label")}
      />
      <div ref={seen} className="minimap-seen" />
    </div>
  );
}
