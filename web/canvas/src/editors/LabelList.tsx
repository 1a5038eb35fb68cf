/** The labels of a map: which one is painted with, their names and colours. The first is for what is empty. */

import { useEffect, useRef, useState } from "react";
import { LONGEST_LABEL } from "../graph/drawing/boxes.ts";
import { freeColour, freeLabel, type Label, MOST_LABELS } from "../graph/painting/palette.ts";
import { useT } from "../i18n/i18n.ts";
import { Button, IconButton } from "../ui/Button.tsx";

interface Props {
  readonly labels: readonly Label[];
  readonly selected: number;
  readonly select: (index: number) => void;
  /** Labels as they are now; `gone` is the number of one that was taken away. */
  readonly change: (labels: readonly Label[], gone?: number) => void;
  /** Labels that a link gives can be painted with, and not be changed here. */
  readonly fixed: boolean;
}

export function LabelList({ labels, selected, select, change, fixed }: Props) {
  const t = useT();
  const [added, setAdded] = useState<number | null>(null);
  const add = () => {
    setAdded(labels.length);
    change([...labels, { name: freeLabel(t("labels.new"), labels), colour: freeColour(labels) }]);
    select(labels.length);
  };
  const put = (index: number, label: Label) => change(labels.map((one, at) => (at === index ? label : one)));
  return (
    <>
      <div className="editor-side-head">
        <h3>{t("labels.title")}</h3>
        {!fixed && (
          <Button icon="plus" onPress={add} isDisabled={labels.length >= MOST_LABELS}>
            {t("labels.add")}
          </Button>
        )}
      </div>
      <ul className="label-list">
        {labels.map((one, index) => (
          <li // biome-ignore lint/suspicious/noArrayIndexKey: a label is its number, whatever it is called
            key={index}
            className="label-row"
            data-selected={selected === index || undefined}
          >
            <input
              type="radio"
              name="label"
              aria-label={t("labels.use", { label: one.name })}
              checked={selected === index}
              onChange={() => select(index)}
            />
            <ColourField
              label={t("labels.colour", { label: one.name })}
              colour={one.colour}
              isDisabled={fixed}
              isTaken={(colour) => labels.some((other, at) => at !== index && other.colour === colour)}
              set={(colour) => put(index, { ...one, colour })}
            />
            <NameField
              label={t("labels.name", { number: index + 1 })}
              name={one.name}
              isDisabled={fixed}
              isTaken={(name) => labels.some((other, at) => at !== index && other.name === name)}
              set={(name) => put(index, { ...one, name })}
              focused={() => select(index)}
              isNew={index === added}
            />
            {!fixed && (
              <IconButton
                icon="trash"
                label={t("labels.remove", { label: one.name })}
                isDisabled={labels.length === 1}
                onPress={() =>
                  change(
                    labels.filter((_, at) => at !== index),
                    index,
                  )
                }
              />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

interface ColourProps {
  readonly label: string;
  readonly colour: string;
  readonly isDisabled: boolean;
  readonly isTaken: (colour: string) => boolean;
  readonly set: (colour: string) => void;
}

/** A colour; one that another label has is not taken, for the two could not be told apart. */
function ColourField({ label, colour, isDisabled, isTaken, set }: ColourProps) {
  return (
    <input
      type="color"
      aria-label={label}
      disabled={isDisabled}
      value={colour}
      onChange={(event) => {
        const to = event.target.value.toLowerCase();
        if (!isTaken(to)) set(to);
      }}
    />
  );
}

interface NameProps {
  readonly label: string;
  readonly name: string;
  readonly isDisabled: boolean;
  readonly isTaken: (name: string) => boolean;
  readonly set: (name: string) => void;
  readonly focused: () => void;
  /** Whether it was just added: its name is typed next. */
  readonly isNew: boolean;
}

/** A name, which holds as it is typed: Escape leaves the painter without leaving the field first. */
function NameField({ label, name, isDisabled, isTaken, set, focused, isNew }: NameProps) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const isWrong = (one: string) => one.trim() === "" || isTaken(one);
  const wrong = typed !== null && isWrong(typed);
  useEffect(() => {
    if (isNew) field.current?.select();
  }, [isNew]);
  return (
    <input
      ref={field}
      type="text"
      aria-label={label}
      aria-invalid={wrong || undefined}
      disabled={isDisabled}
      maxLength={LONGEST_LABEL}
      value={typed ?? name}
      onFocus={focused}
      onChange={({ target }) => {
        setTyped(target.value);
        if (!isWrong(target.value)) set(target.value);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}
