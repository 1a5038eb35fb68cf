/** A picture that is zoomed to its pixels and moved about, alone or with another behind a slider. */

import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useT } from "../i18n/i18n.ts";
import { type Artifact, artifactAddress } from "../server/api.ts";
import { Button, IconButton } from "../ui/Button.tsx";
import { fitted, moved, type View, zoomed } from "./picture-view.ts";

interface Props {
  readonly picture: Artifact;
  readonly beside: Artifact | null;
  readonly step: (by: number) => void;
}

/** How far the arrow keys move a picture. To the side they lead to other pictures, and move it with Shift. */
const MOVES: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["ArrowUp", [0, 40]],
  ["ArrowDown", [0, -40]],
  ["ArrowLeft", [40, 0]],
  ["ArrowRight", [-40, 0]],
] as const);
const SIDEWAYS: ReadonlySet<string> = new Set(["ArrowLeft", "ArrowRight"]);

export function PictureStage({ picture, beside, step }: Props) {
  const t = useT();
  const stage = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<readonly [number, number] | null>(null);
  const [view, setView] = useState<View | null>(null);
  const [split, setSplit] = useState(50);
  const [failed, setFailed] = useState(false);
  const drag = useRef<readonly [number, number] | null>(null);

  const showAll = useCallback(() => {
    const box = stage.current?.getBoundingClientRect();
    if (box && size) setView(fitted(size, [box.width, box.height]));
  }, [size]);
  useLayoutEffect(showAll, [showAll]);
  useEffect(() => {
    addEventListener("resize", showAll);
    return () => removeEventListener("resize", showAll);
  }, [showAll]);
  const zoom = useCallback((factor: number, at?: readonly [number, number]) => {
    const box = stage.current?.getBoundingClientRect();
    if (!box) return;
    const point = at ? [at[0] - box.left, at[1] - box.top] : [box.width / 2, box.height / 2];
    setView((now) => now && zoomed(now, factor, [point[0] ?? 0, point[1] ?? 0]));
  }, []);
  useEffect(() => {
    const place = stage.current;
    if (!place) return;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 400), [event.clientX, event.clientY]);
    };
    place.addEventListener("wheel", wheel, { passive: false }); // React's own can not hold the page still
    return () => place.removeEventListener("wheel", wheel);
  }, [zoom]);

  const toPixels = () => {
    if (view) zoom(1 / view.scale);
  };
  const pointer = (event: PointerEvent<HTMLDivElement>) => {
    if (event.type === "pointerdown") {
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = [event.clientX, event.clientY];
    } else if (event.type === "pointermove" && drag.current) {
      const [x, y] = drag.current;
      drag.current = [event.clientX, event.clientY];
      setView((now) => now && moved(now, event.clientX - x, event.clientY - y));
    } else if (event.type !== "pointermove") drag.current = null;
  };
  const keys = (event: KeyboardEvent) => {
    const moves = MOVES.get(event.key);
    const act = event.shiftKey || !SIDEWAYS.has(event.key) ? moves : undefined;
    if (act) setView((now) => now && moved(now, act[0], act[1]));
    else if (moves) step(moves[0] > 0 ? -1 : 1);
    else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") showAll();
    else if (event.key === "1") toPixels();
    else return;
    event.preventDefault();
  };
  const image = (one: Artifact, part: "first" | "second") => (
    <img
      key={one.digest}
      className="stage-picture"
      data-pixels={(view?.scale ?? 0) > 1 || undefined}
      data-part={part}
      src={artifactAddress(one.digest)}
      alt={one.name}
      draggable={false}
      style={placed(view, size)}
      onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
        if (part === "first") setSize([naturalWidth, naturalHeight]);
      }}
      onError={() => setFailed(true)}
    />
  );
  return (
    <>
      <div
        ref={stage}
        className="stage"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes keys
        tabIndex={0}
        aria-label={t("gallery.stage", { name: picture.name })}
        onKeyDown={keys}
        onPointerDown={pointer}
        onPointerMove={pointer}
        onPointerUp={pointer}
        onPointerCancel={pointer}
        onDoubleClick={() => (view && Math.abs(view.scale - 1) < 0.01 ? showAll() : toPixels())}
      >
        {failed ? <p className="panel-empty">{t("gallery.gone")}</p> : image(picture, "first")}
        {beside && (
          <div className="stage-second" style={{ clipPath: `inset(0 0 0 ${split}%)` }}>
            {image(beside, "second")}
          </div>
        )}
        {beside && <div className="stage-split" style={{ left: `${split}%` }} />}
      </div>
      {beside && (
        <input
          className="stage-slider"
          type="range"
          min={0}
          max={100}
          step={0.5}
          value={split}
          aria-label={t("gallery.split", { name: picture.name, other: beside.name })}
          onChange={(event) => setSplit(event.target.valueAsNumber)}
        />
      )}
      <div className="stage-tools">
        <IconButton icon="minus" label={t("canvas.zoom_out")} keys="-" onPress={() => zoom(1 / 1.5)} />
        <output className="stage-scale">{`${Math.round((view?.scale ?? 1) * 100)} %`}</output>
        <IconButton icon="plus" label={t("canvas.zoom_in")} keys="+" onPress={() => zoom(1.5)} />
        <IconButton icon="fit" label={t("canvas.fit")} keys="0" onPress={showAll} />
        <Button tone="quiet" onPress={toPixels}>
          100 %
        </Button>
      </div>
    </>
  );
}

function placed(view: View | null, size: readonly [number, number] | null) {
  if (!view || !size) return { visibility: "hidden" as const };
  return {
    width: size[0] * view.scale,
    height: size[1] * view.scale,
    transform: `translate(${view.x}px, ${view.y}px)`,
  };
}
