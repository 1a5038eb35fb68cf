/** The boxes as a list, the last on top of the others: label, numbers, order, copies, deletion. */

import { useEffect, useRef } from "react";
import { LONGEST_LABEL, type Region, rounded, withNumber } from "../graph/drawing/boxes.ts";
import { useT } from "../i18n/i18n.ts";
import { IconButton } from "../ui/Button.tsx";

interface Props {
  readonly regions: readonly Region[];
  readonly selected: number | null;
  readonly select: (index: number) => void;
  readonly change: (regions: readonly Region[], mark: string) => void;
  readonly remove: (index: number) => void;
  readonly duplicate: (index: number) => void;
  readonly order: (from: number, to: number) => void;
}

export function BoxList(props: Props) {
  return (
    <ol className="box-list">
      {props.regions.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: boxes have no names of their own, only places
        <BoxRow key={index} {...props} region={one} index={index} />
      ))}
    </ol>
  );
}

interface RowProps extends Props {
  readonly region: Region;
  readonly index: number;
}

function BoxRow({ region, index, regions, selected, select, change, remove, duplicate, order }: RowProps) {
  const t = useT();
  const isSelected = selected === index;
  const label = useRef<HTMLInputElement>(null);
  const fresh = useRef(isSelected && regions.length - 1 === index);
  useEffect(() => {
    if (isSelected) label.current?.scrollIntoView({ block: "nearest" });
    // the button that had the focus went with the row that it moved or deleted
    if (isSelected && document.activeElement === document.body) label.current?.focus();
    if (fresh.current) label.current?.select();
    fresh.current = false;
  }, [isSelected]);
  const put = (one: Region, mark: string) =>
    change(
      regions.map((other, at) => (at === index ? one : other)),
      mark,
    );
  return (
    <li className="box-row" data-selected={isSelected || undefined}>
      <div className="box-row-head">
        <span className="box-chip" style={{ "--hue": (index * 137) % 360 }}>
          {index + 1}
        </span>
        <input
          ref={label}
          type="text"
          aria-label={t("boxes.label", { number: index + 1 })}
          aria-invalid={region.label.trim() === "" || undefined}
          placeholder={t("boxes.label.empty")}
          maxLength={LONGEST_LABEL}
          value={region.label}
          onFocus={() => select(index)}
          onChange={(event) => put({ ...region, label: event.target.value }, `label ${index}`)}
        />
        <IconButton
          icon="trash"
          label={t("boxes.remove", { label: region.label })}
          onPress={() => remove(index)}
        />
      </div>
      {isSelected && (
        <div className="box-row-more">
          <BoxNumbers region={region} put={put} index={index} />
          <div className="box-row-actions">
            <IconButton
              icon="up"
              label={t("boxes.back")}
              isDisabled={index === 0}
              onPress={() => order(index, index - 1)}
            />
            <IconButton
              icon="down"
              label={t("boxes.forward")}
              isDisabled={index === regions.length - 1}
              onPress={() => order(index, index + 1)}
            />
            <IconButton icon="copy" label={t("boxes.duplicate")} onPress={() => duplicate(index)} />
          </div>
        </div>
      )}
    </li>
  );
}

const FIELDS = ["x", "y", "width", "height"] as const;

interface NumbersProps {
  readonly region: Region;
  readonly index: number;
  readonly put: (region: Region, mark: string) => void;
}

function BoxNumbers({ region, index, put }: NumbersProps) {
  const t = useT();
  const [x0, y0, x1, y1] = region.box;
  const now = { x: x0, y: y0, width: rounded(x1 - x0), height: rounded(y1 - y0) };
  return (
    <div className="box-numbers">
      {FIELDS.map((name) => (
        <label key={name}>
          {t(`boxes.${name}`)}
          <input
            type="number"
            min={0}
            max={1}
            step={0.01}
            value={now[name]}
            onChange={(event) => {
              const to = event.target.valueAsNumber;
              if (Number.isFinite(to))
                put({ ...region, box: withNumber(region.box, name, to) }, `${name} ${index}`);
            }}
          />
        </label>
      ))}
    </div>
  );
}
