import { useState } from "react";
import { parseJson, writeJson } from "../graph/json.ts";
import { type ControlProps, currentValue, fieldProps } from "./control-props.ts";

/** Any JSON, as text: for values that have no control of their own. */
export function JsonControl(props: ControlProps) {
  const { input, value, set, clear } = props;
  const now = currentValue({ value, input });
  const shown =
    now === undefined
      ? ""
      : writeJson(now)
          .replaceAll(/([[{])\n\s*|\n\s*(?=[\]}])/g, "$1")
          .replaceAll(/\n\s*/g, " ")
          .trim();
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState("");
  const commit = () => {
    if (typed === null) return;
    try {
      if (typed.trim() === "") clear();
      else set(parseJson(typed));
      setTyped(null);
      setWrong("");
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <input
      className="control-field mono"
      type="text"
      {...fieldProps(props, wrong !== "")}
      title={wrong}
      value={typed ?? shown}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
      }}
    />
  );
}
