/** Everything there is to know about an input: over its name while the pointer rests, or held open. */

import "./control-about.css";
import type { RefObject } from "react";
import { Dialog, Popover } from "react-aria-components";
import { schemaOf } from "../graph/control-kind.ts";
import type { InputFace } from "../graph/face.ts";
import { fromPlain, type Json, writeJson } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import type { Fault } from "../server/http.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { shapeTitle } from "../state/wiring.ts";
import { Button } from "../ui/Button.tsx";
import { Prose } from "../ui/Prose.tsx";
import { Said } from "../ui/Said.tsx";
import { isOptional } from "./control-props.ts";

interface Props {
  readonly input: InputFace;
  readonly value: Json | undefined;
  readonly fault: Fault | null;
  readonly held: boolean;
  readonly anchor: RefObject<HTMLElement | null>;
  readonly close: () => void;
  /** Go back to the default, where the value is another. */
  readonly reset: (() => void) | null;
  /** Set nothing. */
  readonly unset: () => void;
}

export function ControlAbout(props: Props) {
  const { held, anchor, close } = props;
  return (
    <Popover
      isOpen
      isNonModal={!held}
      triggerRef={anchor}
      placement="bottom start"
      offset={4}
      className="control-about"
      data-held={held || undefined}
      onOpenChange={(open) => !open && close()}
    >
      {held ? (
        <Dialog className="control-about-held" aria-label={props.input.title}>
          <Facts {...props} />
          <Actions {...props} />
        </Dialog>
      ) : (
        <div role="tooltip">
          <Facts {...props} />
        </div>
      )}
    </Popover>
  );
}

function Facts({ input, fault }: Props) {
  const t = useT();
  return (
    <>
      <strong>{input.title}</strong>
      <Prose text={input.help} className="control-about-help" />
      {fault && (
        <p className="control-about-wrong">
          <Said of={fault.message} /> <Said of={fault.hint} />
        </p>
      )}
      <dl>
        {facts(input).map(({ name, text }) => (
          <div key={name}>
            <dt>{t(`control.about.${name}`)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

interface Fact {
  readonly name: "type" | "range" | "default";
  readonly text: string;
}

function facts(input: InputFace): Fact[] {
  const range = rangeText(input);
  const found: (Fact | null)[] = [
    { name: "type", text: shapeTitle(input.shape, useCatalogue.getState().catalogue) },
    range ? { name: "range", text: range } : null,
    input.default === undefined ? null : { name: "default", text: defaultText(input) },
  ];
  return found.filter((one) => one !== null);
}

function defaultText(input: InputFace): string {
  const value = String(input.default);
  if (input.control === "choice" && input.default !== null) return input.choices?.[value] ?? value;
  return brief(fromPlain(input.default ?? null));
}

const LONGEST = 160; // letters of a default, or of choices

function brief(value: Json): string {
  const text = writeJson(value).replaceAll(/\s+/g, " ").trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}

function rangeText(input: InputFace): string {
  const schema = schemaOf(input.schema) ?? {};
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, maxLength } = schema;
  const low =
    minimum !== undefined ? `≥ ${minimum}` : exclusiveMinimum !== undefined ? `> ${exclusiveMinimum}` : "";
  const high =
    maximum !== undefined ? `≤ ${maximum}` : exclusiveMaximum !== undefined ? `< ${exclusiveMaximum}` : "";
  const step = multipleOf === undefined ? "" : `× ${multipleOf}`;
  const letters = maxLength === undefined ? "" : `≤ ${maxLength}`;
  return [low, high, step, letters].filter(Boolean).join(", ");
}

function Actions({ input, value, reset, unset, close }: Props) {
  const t = useT();
  const optional = isOptional(input.schema) && value !== undefined && value !== null;
  if (!reset && !optional) return null;
  const then = (run: () => void) => () => {
    run();
    close();
  };
  return (
    <div className="control-about-actions">
      {reset && <Button onPress={then(reset)}>{t("control.reset")}</Button>}
      {optional && input.default !== null && <Button onPress={then(unset)}>{t("control.unset")}</Button>}
    </div>
  );
}
