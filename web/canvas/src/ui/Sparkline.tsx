/** A row of numbers as a line without axes: how it goes, not how much it is. */

import "./sparkline.css";
import "./series.css";
import { boundsOf } from "./plot-scales.ts";

const WIDTH = 200;
const HEIGHT = 56;
const EDGE = 3;

export function Sparkline({ rows }: { readonly rows: readonly (readonly number[])[] }) {
  const [from, to] = boundsOf(rows.flat().filter(Number.isFinite));
  const y = (value: number) => HEIGHT - EDGE - ((value - from) / (to - from)) * (HEIGHT - 2 * EDGE);
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {rows.map((row, index) => (
        <polyline
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else to be told apart by
          key={index}
          data-series={index % 6}
          points={row
            .map((value, at) => [(at / Math.max(1, row.length - 1)) * WIDTH, value] as const)
            .filter(([, value]) => Number.isFinite(value))
            .map(([x, value]) => `${x.toFixed(1)},${y(value).toFixed(1)}`)
            .join(" ")}
        />
      ))}
    </svg>
  );
}
