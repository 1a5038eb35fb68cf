/** A control that a pack brings: its page in a sandbox, spoken to by messages. The JSON is shown where it fails. */

import "./plugin-control.css";
import { useEffect, useRef, useState } from "react";
import { schemaOf } from "../graph/control-kind.ts";
import { tellHeight } from "../graph/geometry.ts";
import { toPlain } from "../graph/json.ts";
import { useLanguage, useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useSettings } from "../state/settings.ts";
import { type ControlProps, currentValue } from "./control-props.ts";
import { JsonControl } from "./JsonControl.tsx";
import { LEAST_HEIGHT, readMessage } from "./plugin-protocol.ts";

const PATIENCE = 5000; // milliseconds that a control may take to answer

export function PluginControl(props: ControlProps) {
  const t = useT();
  const [failed, setFailed] = useState("");
  const control = schemaOf(props.input.schema)?.["x-control"] ?? "";
  if (failed) {
    return (
      <div className="plugin-failed">
        <JsonControl {...props} />
        <p role="status">{failed}</p>
      </div>
    );
  }
  return (
    <Frame
      {...props}
      control={control}
      fail={(why) => setFailed(why ? t("plugin.failed", { control, why }) : t("plugin.silent", { control }))}
    />
  );
}

interface FrameProps extends ControlProps {
  readonly control: string;
  readonly fail: (why: string) => void;
}

function Frame(props: FrameProps) {
  const { control, input, node, label } = props;
  const [pack = "", name = ""] = control.split("/").map(encodeURIComponent);
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  const [height, setHeight] = useState(LEAST_HEIGHT);
  const language = useLanguage((state) => state.language);
  useSettings((state) => state.theme); // the theme on the page follows it
  const theme = document.documentElement.dataset.theme === "light" ? "light" : "dark";
  const newest = useRef(props);
  newest.current = props;

  useEffect(() => {
    const late = setTimeout(() => newest.current.fail(""), PATIENCE);
    const listen = (event: MessageEvent) => {
      if (event.source === null || event.source !== frame.current?.contentWindow) return;
      const said = readMessage(event.data);
      if (!said) return;
      if (said.kind === "failed") return newest.current.fail(said.message);
      if (said.kind === "change") {
        return newest.current.set(said.value, `control ${node}.${input.name}`);
      }
      clearTimeout(late);
      setHeight(said.height);
      if (tellHeight(newest.current.control, said.height)) useCatalogue.getState().layOutAgain();
      if (said.kind === "ready") setReady(true);
    };
    window.addEventListener("message", listen);
    return () => {
      clearTimeout(late);
      window.removeEventListener("message", listen);
    };
  }, [node, input.name]);

  const now = currentValue(props);
  useEffect(() => {
    if (!ready) return;
    const value = now === undefined ? null : toPlain(now);
    const told = { kind: "value", value, schema: input.schema, theme, language, disabled: false };
    // A sandboxed page has no origin to name; the frame is sandboxed by its own policy wherever it leads.
    frame.current?.contentWindow?.postMessage(told, "*");
  }, [ready, now, input.schema, theme, language]);

  return (
    <iframe
      ref={frame}
      className="plugin-frame nowheel"
      sandbox="allow-scripts"
      title={label}
      src={`/api/v1/packs/${pack}/controls/${name}.html`}
      style={{ "--height": `${height}px` }}
    />
  );
}
