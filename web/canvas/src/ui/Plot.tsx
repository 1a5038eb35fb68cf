/** Small plots: curves over steps, counts of values, bars. They read their data; nothing moves in them. */

import "./plot.css";
import "./series.css";
import { useLanguage, useT } from "../i18n/i18n.ts";
import { aboutNumbers } from "./figures.ts";
import { binsOf, boundsOf, ticksOf } from "./plot-scales.ts";

const WIDTH = 320;
const HEIGHT = 160;
const LEFT = 44;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 22;

export interface PlotCurve {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

interface Frame {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Curves by their names, each with its own stroke and an entry in the legend. */
export function LinePlot({
  curves,
  label,
}: {
  readonly curves: readonly PlotCurve[];
  readonly label: string;
}) {
  const points = curves.flatMap((one) =>
    one.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
  );
  if (points.length === 0) return null;
  const xs = boundsOf(points.map(([x]) => x));
  const ys = boundsOf(points.map(([, y]) => y));
  return (
    <figure className="plot">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={describe(curves, label)}>
        <Axes xs={xs} ys={ys}>
          {({ x, y }) =>
            curves.map(({ name, points }, index) => (
              <polyline
                key={name}
                className="plot-line"
                data-series={index % 6}
                points={points
                  .filter(([, value]) => Number.isFinite(value))
                  .map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`)
                  .join(" ")}
              />
            ))
          }
        </Axes>
      </svg>
      <figcaption className="plot-legend">
        {curves.map(({ name, points }, index) => (
          <span key={name} data-series={index % 6}>
            {name} {shownNumber(points.at(-1)?.[1] ?? 0)}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

/** What a plot shows, for those who do not see it. */
function describe(curves: readonly PlotCurve[], label: string): string {
  const said = curves.map(({ name, points }) => {
    const about = aboutNumbers(points.map(([, value]) => value));
    return name === label ? about : `${name}: ${about}`;
  });
  return `${label}: ${said.join("; ")}`;
}

/** How often values come, in equal steps. */
export function Histogram({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const t = useT();
  const bins = binsOf(values);
  if (bins.length === 0) return null;
  const xs = [bins[0]?.from ?? 0, bins.at(-1)?.to ?? 1] as const;
  const ys = [0, Math.max(...bins.map((bin) => bin.count))] as const;
  return (
    <figure className="plot">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t("plot.histogram_of", { title: label, about: aboutNumbers(values) })}
      >
        <Axes xs={xs} ys={ys}>
          {({ x, y }) =>
            bins.map((bin) => (
              <rect
                key={bin.from}
                className="plot-bar"
                x={x(bin.from) + 0.5}
                y={y(bin.count)}
                width={Math.max(1, x(bin.to) - x(bin.from) - 1)}
                height={y(0) - y(bin.count)}
              />
            ))
          }
        </Axes>
      </svg>
    </figure>
  );
}

/** Values by name. */
export function Bars({
  bars,
  label,
}: {
  readonly bars: readonly { readonly name: string; readonly value: number; readonly shown?: string }[];
  readonly label: string;
}) {
  const most = Math.max(...bars.map((bar) => Math.abs(bar.value)), Number.MIN_VALUE);
  return (
    <dl className="bars" aria-label={label}>
      {bars.map((bar, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two bars may have one name
        <div key={`${index} ${bar.name}`}>
          <dt>{bar.name}</dt>
          <dd>
            <span className="bar" style={{ width: `${(100 * Math.abs(bar.value)) / most}%` }} />
            <span className="bar-value">{bar.shown ?? shownNumber(bar.value)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface AxesProps {
  readonly xs: readonly [number, number];
  readonly ys: readonly [number, number];
  readonly children: (frame: Frame) => React.ReactNode;
}

function Axes({ xs, ys, children }: AxesProps) {
  const scale =
    ([from, to]: readonly [number, number], low: number, high: number) =>
    (value: number) =>
      low + ((value - from) / (to - from || 1)) * (high - low);
  const frame = { x: scale(xs, LEFT, WIDTH - RIGHT), y: scale(ys, HEIGHT - BOTTOM, TOP) };
  return (
    <>
      {ticksOf(ys).map((tick) => (
        <g key={`y${tick}`} className="plot-tick">
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={frame.y(tick)} y2={frame.y(tick)} />
          <text x={LEFT - 6} y={frame.y(tick)} textAnchor="end" dominantBaseline="middle">
            {shownNumber(tick)}
          </text>
        </g>
      ))}
      {ticksOf(xs).map((tick) => (
        <text key={`x${tick}`} className="plot-tick" x={frame.x(tick)} y={HEIGHT - 6} textAnchor="middle">
          {shownNumber(tick)}
        </text>
      ))}
      {children(frame)}
    </>
  );
}

function shownNumber(value: number): string {
  return new Intl.NumberFormat(useLanguage.getState().language, {
    maximumSignificantDigits: 4,
    notation: "compact",
  }).format(value);
}
