/**
 * The control of an input: its name with help, what it is set to and a way to change it, whether that is the
 * default and how to have it again, and what the server finds wrong with it.
 */

import "./control.css";
import {
  type ComponentType,
  type Dispatch,
  type FocusEvent,
  type RefObject,
  type SetStateAction,
  Suspense,
  useId,
  useRef,
  useState,
} from "react";
import type { ControlKind } from "../graph/control-kind.ts";
import { fromPlain, sameJson } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import type { Fault } from "../server/http.ts";
import { useDocuments } from "../state/documents.ts";
import { useInputFault } from "../state/fault-index.ts";
import { Icon } from "../ui/Icon.tsx";
import { later } from "../ui/later.tsx";
import { Said } from "../ui/Said.tsx";
import { ChoiceControl } from "./ChoiceControl.tsx";
import { type ControlProps, setNothing } from "./control-props.ts";
import { LinesControl } from "./LinesControl.tsx";
import { NumberControl } from "./NumberControl.tsx";
import { SeedControl } from "./SeedControl.tsx";
import { SwitchControl } from "./SwitchControl.tsx";
import { TextControl } from "./TextControl.tsx";

const JsonControl = later(async () => (await import("./JsonControl.tsx")).JsonControl);
const About = later(async () => (await import("./ControlAbout.tsx")).ControlAbout);

/** A control for each kind; a new kind is a file and a line here. */
const CONTROLS: Partial<Record<ControlKind, ComponentType<ControlProps>>> = {
  number: NumberControl,
  seed: SeedControl,
  text: TextControl,
  lines: LinesControl,
  choice: ChoiceControl,
  switch: SwitchControl,
  file: later(async () => (await import("./FileControl.tsx")).FileControl),
  picker: later(async () => (await import("./PickerControl.tsx")).PickerControl),
  definition: later(async () => (await import("./DefinitionControl.tsx")).DefinitionControl),
  ports: later(async () => (await import("./PortsControl.tsx")).PortsControl),
  given: later(async () => (await import("./GivenControl.tsx")).GivenControl),
  cases: later(async () => (await import("./CasesControl.tsx")).CasesControl),
  list: later(async () => (await import("./ListControl.tsx")).ListControl),
  regions: later(async () => (await import("./RegionsControl.tsx")).RegionsControl),
  mask: later(async () => (await import("./PaintControl.tsx")).PaintControl),
  labels: later(async () => (await import("./PaintControl.tsx")).PaintControl),
  palette: later(async () => (await import("./PaletteControl.tsx")).PaletteControl),
  plugin: later(async () => (await import("./PluginControl.tsx")).PluginControl),
};

export function Control(props: ControlProps) {
  const { input, value, node } = props;
  const Kind = CONTROLS[input.control] ?? JsonControl;
  const fault = useInputFault(node, input.name);
  const id = useId();
  const own = useRef<HTMLDivElement>(null);
  const [about, setAbout] = useState<"hover" | "held" | null>(null);
  const changed = isChanged(props);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: F1 gives help from any field in here
    <div
      ref={own}
      className="control nodrag"
      data-control={input.control}
      data-changed={changed || undefined}
      data-wrong={fault ? true : undefined}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key !== "F1") return;
        event.preventDefault();
        setAbout("held");
      }}
    >
      <ControlName control={props} fault={fault} own={own} about={about} setAbout={setAbout} />
      <Suspense fallback={<span className="control-field" />}>
        <Kind {...props} wrong={fault ? id : undefined} />
      </Suspense>
      {changed && value !== undefined && <Reset {...props} />}
      {fault && (
        <p className="control-fault" id={id}>
          <Said of={fault.message} /> <Said of={fault.hint} />
        </p>
      )}
    </div>
  );
}

/** Whether the document says something else than the default. */
function isChanged({ input, value }: ControlProps): boolean {
  return value !== undefined && input.default !== undefined && !sameJson(value, fromPlain(input.default));
}

/** Whoever leaves a control ends a step of the history. */
function leave(event: FocusEvent<HTMLElement>): void {
  if (!event.currentTarget.contains(event.relatedTarget)) useDocuments.getState().settle();
}

function Reset(props: ControlProps) {
  const t = useT();
  const label = t("control.reset_of", { title: props.input.title });
  return (
    <button type="button" className="control-reset" aria-label={label} title={label} onClick={props.clear}>
      <Icon name="undo" size={12} />
    </button>
  );
}

interface NameProps {
  readonly control: ControlProps;
  readonly fault: Fault | null;
  readonly own: RefObject<HTMLElement | null>;
  readonly about: "hover" | "held" | null;
  readonly setAbout: Dispatch<SetStateAction<"hover" | "held" | null>>;
}

const HOVER = 450; // milliseconds over a name before its help appears

/** The name of an input. Help appears over it while the pointer rests there, and stays when it is pressed. */
function ControlName({ control, fault, own, about, setAbout }: NameProps) {
  const t = useT();
  const name = useRef<HTMLButtonElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wait = () => {
    timer.current = setTimeout(() => setAbout((now) => now ?? "hover"), HOVER);
  };
  const end = () => {
    clearTimeout(timer.current);
    setAbout((now) => (now === "hover" ? null : now));
  };
  return (
    <>
      <button
        ref={name}
        type="button"
        className="control-name"
        tabIndex={-1}
        aria-label={t("control.about", { title: control.input.title })}
        aria-keyshortcuts="F1"
        onPointerEnter={(event) => event.pointerType === "mouse" && wait()}
        onPointerLeave={end}
        onClick={() => {
          end();
          setAbout("held");
        }}
      >
        {control.input.title}
      </button>
      {about && (
        <Suspense>
          <About
            input={control.input}
            value={control.value}
            fault={fault}
            held={about === "held"}
            anchor={name.current?.offsetParent ? name : own} // a form shows the name elsewhere
            close={() => setAbout(null)}
            reset={isChanged(control) ? control.clear : null}
            unset={() => setNothing(control)}
          />
        </Suspense>
      )}
    </>
  );
}
