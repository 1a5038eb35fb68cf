/** An artifact that is no picture: its plots where it holds numbers, and its text. */

import { useEffect, useMemo, useState } from "react";
import type { Plain } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import { type Artifact, readArtifactText } from "../server/api.ts";
import { Bars, Histogram, LinePlot } from "../ui/Plot.tsx";
import { type PlotData, plotsOf } from "./plottable.ts";

const MOST_SHOWN = 200_000;
const TEXTS = /^(text\/|application\/(json|[a-z.+-]*\+json)$)/;

export function ArtifactContent({ artifact }: { readonly artifact: Artifact }) {
  const t = useT();
  const [text, setText] = useState<string | null>(null);
  const [error, setError] = useState("");
  const isText = TEXTS.test(artifact.media_type) && artifact.size <= 4 * MOST_SHOWN;
  useEffect(() => {
    if (!isText) return;
    let isHere = true;
    setText(null);
    readArtifactText(artifact.digest)
      .then((read) => isHere && setText(read))
      .catch(
        (reason: unknown) => isHere && setError(reason instanceof Error ? reason.message : String(reason)),
      );
    return () => {
      isHere = false;
    };
  }, [artifact.digest, isText]);
  const plots = useMemo(() => (text === null ? [] : plotsIn(text)), [text]);
  if (!isText) return <p className="panel-empty">{t("gallery.no_preview", { type: artifact.media_type })}</p>;
  if (error) return <p className="panel-empty">{error}</p>;
  if (text === null) return <p className="panel-empty">{t("panel.loading")}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys too
    <section className="artifact-content" aria-label={artifact.name} tabIndex={0}>
      {plots.length > 0 && (
        <div className="artifact-plots">
          {plots.map((plot, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: plots have nothing else to be told apart by
            <section key={index}>
              {plot.name && <h3>{plot.name}</h3>}
              <PlotView plot={plot} label={plot.name || artifact.name} />
            </section>
          ))}
        </div>
      )}
      <pre className="artifact-text">{text.slice(0, MOST_SHOWN)}</pre>
    </section>
  );
}

function plotsIn(text: string): PlotData[] {
  try {
    return plotsOf(JSON.parse(text) as Plain);
  } catch {
    return []; // a text
  }
}

function PlotView({ plot, label }: { readonly plot: PlotData; readonly label: string }) {
  switch (plot.kind) {
    case "bars":
      return <Bars bars={plot.bars} label={label} />;
    case "curves":
      return <LinePlot curves={plot.curves} label={label} />;
    case "histogram":
      return <Histogram values={plot.values} label={label} />;
  }
}
