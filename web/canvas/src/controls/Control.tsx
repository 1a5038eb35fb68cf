/** The control of an input: its name, what it is set to, and a way to change it. */

import "./control.css";
import { type ComponentType, lazy, Suspense } from "react";
import type { ControlKind } from "../graph/control-kind.ts";
import { ChoiceControl } from "./ChoiceControl.tsx";
import type { ControlProps } from "./control-props.ts";
import { LinesControl } from "./LinesControl.tsx";
import { NumberControl } from "./NumberControl.tsx";
import { SeedControl } from "./SeedControl.tsx";
import { SwitchControl } from "./SwitchControl.tsx";
import { TextControl } from "./TextControl.tsx";

const JsonControl = lazy(async () => ({ default: (await import("./JsonControl.tsx")).JsonControl }));

/** A control for each kind; a new kind is a file and a line here. */
const CONTROLS: Partial<Record<ControlKind, ComponentType<ControlProps>>> = {
  number: NumberControl,
  seed: SeedControl,
  text: TextControl,
  lines: LinesControl,
  choice: ChoiceControl,
  switch: SwitchControl,
  file: lazy(async () => ({ default: (await import("./FileControl.tsx")).FileControl })),
  picker: TextControl,
  definition: lazy(async () => ({ default: (await import("./DefinitionControl.tsx")).DefinitionControl })),
  ports: lazy(async () => ({ default: (await import("./PortsControl.tsx")).PortsControl })),
  given: lazy(async () => ({ default: (await import("./GivenControl.tsx")).GivenControl })),
  cases: lazy(async () => ({ default: (await import("./CasesControl.tsx")).CasesControl })),
  list: lazy(async () => ({ default: (await import("./ListControl.tsx")).ListControl })),
};

export function Control(props: ControlProps) {
  const Kind = CONTROLS[props.input.control] ?? JsonControl;
  return (
    <div className="control nodrag" data-control={props.input.control}>
      <span className="control-name" title={props.input.help || props.input.type}>
        {props.input.title}
      </span>
      <Suspense fallback={<span className="control-field" />}>
        <Kind {...props} />
      </Suspense>
    </div>
  );
}
