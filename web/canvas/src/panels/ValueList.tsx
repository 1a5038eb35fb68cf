/** Values by their titles: numbers and texts as they are, rows of numbers as a plot, anything else as JSON. */

import "./value-list.css";
import { useState } from "react";
import { wordsOf } from "../graph/catalogue.ts";
import { fromPlain, type Plain, writeJson } from "../graph/json.ts";
import { numbersIn, type Values } from "../graph/values.ts";
import { useT } from "../i18n/i18n.ts";
import { aboutNumbers, shownValue } from "../ui/figures.ts";
import { Histogram, LinePlot } from "../ui/Plot.tsx";
import { Segments } from "../ui/Segments.tsx";

interface Props {
  readonly values: Values;
  /** What the outputs are called; by default as they are named. */
  readonly titles?: Readonly<Record<string, string>> | undefined;
  readonly label: string;
}

export function ValueList({ values, titles = {}, label }: Props) {
  return (
    <dl className="value-list" aria-label={label}>
      {Object.entries(values).map(([name, value]) => (
        <div key={name}>
          <dt>{titles[name] || wordsOf(name)}</dt>
          <dd>
            <Value title={titles[name] || wordsOf(name)} value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ title, value }: { readonly title: string; readonly value: Plain }) {
  const numbers = numbersIn(value);
  if (numbers) return <NumbersPlot title={title} numbers={numbers} />;
  if (typeof value === "object" && value !== null) {
    return <code className="value-text">{writeJson(fromPlain(value)).trim()}</code>;
  }
  return typeof value === "string" ? (
    <p className="value-text">{shownValue(value)}</p>
  ) : (
    <span className="value-number">{shownValue(value)}</span>
  );
}

interface NumbersProps {
  readonly title: string;
  readonly numbers: readonly number[];
}

/** A row of numbers, as a curve or as how often they come, with what it says in words below. */
function NumbersPlot({ title, numbers }: NumbersProps) {
  const t = useT();
  const [as, setAs] = useState<"curve" | "histogram">("curve");
  const points = numbers.map((value, index) => [index, value] as const);
  return (
    <div className="value-plot">
      <Segments
        label={t("plot.as", { title })}
        value={as}
        options={[
          ["curve", t("plot.curve")],
          ["histogram", t("plot.histogram")],
        ]}
        change={setAs}
      />
      {as === "curve" ? (
        <LinePlot curves={[{ name: title, points }]} label={title} />
      ) : (
        <Histogram values={numbers} label={title} />
      )}
      <p className="value-about">{aboutNumbers(numbers)}</p>
    </div>
  );
}
