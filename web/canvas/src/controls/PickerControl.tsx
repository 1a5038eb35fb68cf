/** Something that the server has, chosen from a list with details and search. Other values may be typed. */

import "./picker-control.css";
import { useEffect, useRef, useState } from "react";
import {
  Button as AriaButton,
  ComboBox,
  Input,
  ListBox,
  ListBoxItem,
  Popover,
  Text,
} from "react-aria-components";
import { schemaOf } from "../graph/control-kind.ts";
import { bodyAt } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { type Choice, readChoices } from "../server/answers.ts";
import { activeTab, placeOf, useDocuments } from "../state/documents.ts";
import { shownBytes } from "../state/uploads.ts";
import { Icon } from "../ui/Icon.tsx";
import { type ControlProps, currentValue, fieldProps, setNothing } from "./control-props.ts";
import { ListControl } from "./ListControl.tsx";

export function PickerControl(props: ControlProps) {
  return schemaOf(props.input.schema)?.type === "array" ? <ListControl {...props} /> : <Picker {...props} />;
}

function Picker(props: ControlProps) {
  const { input, node, set } = props;
  const t = useT();
  const now = currentValue(props);
  const shown = typeof now === "string" ? now : "";
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const { choices, state, retry } = useChoices(node, input.name, typed ?? "", open);
  const commit = (to: string) => {
    setTyped(null);
    if (to === shown) return;
    if (to.trim() === "") setNothing(props);
    else set(to, crypto.randomUUID());
  };
  const words = (typed ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = choices.filter((one) => words.every((word) => textOf(one).includes(word)));
  const current = choices.find((one) => one.value === shown);
  const { "aria-label": label, ...field } = fieldProps(props);
  return (
    <ComboBox
      className="picker"
      aria-label={label}
      allowsCustomValue
      allowsEmptyCollection
      menuTrigger="input"
      items={fitting}
      inputValue={typed ?? shown}
      selectedKey={current ? shown : null}
      onInputChange={(text) => setTyped(text === shown ? null : text)}
      onSelectionChange={(key) => {
        if (typeof key === "string") commit(key);
      }}
      onOpenChange={setOpen}
      onBlur={() => typed !== null && commit(typed)}
      defaultFilter={() => true}
    >
      <Input
        className="control-field"
        {...field}
        placeholder={t("picker.none")}
        onKeyDown={(event) => {
          if (
            event.key === "Enter" &&
            typed !== null &&
            !event.currentTarget.getAttribute("aria-activedescendant")
          )
            commit(typed);
        }}
      />
      <AriaButton className="picker-open" aria-label={t("picker.open", { label })}>
        <Icon name="down" size={12} />
      </AriaButton>
      <Popover className="picker-list nowheel" offset={4} placement="bottom end">
        <ListBox<Choice>
          renderEmptyState={() => (
            <p className="picker-empty">
              {t(
                state === "loading"
                  ? "picker.loading"
                  : state === "failed"
                    ? "picker.failed"
                    : "picker.empty",
              )}
              {state === "failed" && (
                <button type="button" className="button" onClick={retry}>
                  {t("picker.again")}
                </button>
              )}
            </p>
          )}
        >
          {(one) => (
            <ListBoxItem id={one.value} textValue={one.value} className="picker-item">
              {one.picture && <img src={one.picture} alt="" />}
              <Text slot="label">{one.title || one.value}</Text>
              <Text slot="description">{describe(one)}</Text>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}

function textOf({ value, title, details }: Choice): string {
  return `${value} ${title} ${Object.values(details).join(" ")}`.toLowerCase();
}

const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** The details in a line: bytes and numbers as people read them, digests left out. */
function describe({ value, title, details }: Choice): string {
  const said = Object.entries(details).flatMap(([name, one]) => {
    if (name === "digest" || one === "") return [];
    if (typeof one === "string") return [one];
    return [name === "bytes" ? shownBytes(one) : `${SHORT.format(one)} ${name.replaceAll("_", " ")}`];
  });
  return [...(title && title !== value ? [value] : []), ...said].join(" · ");
}

interface Offered {
  readonly choices: readonly Choice[];
  readonly state: "loading" | "there" | "failed";
  readonly retry: () => void;
}

const PAUSE = 200; // milliseconds without a letter before the server is asked to search

/** What there is to choose, asked whenever the list is opened; words go along only where there is more. */
function useChoices(node: string, input: string, query: string, open: boolean): Offered {
  const [found, setFound] = useState<readonly Choice[]>([]);
  const [state, setState] = useState<Offered["state"]>("loading");
  const [times, setTimes] = useState(0);
  const more = useRef(false);
  const words = open && more.current ? query : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: `times` asks once more
  useEffect(() => {
    const tab = activeTab(useDocuments.getState());
    const type = tab && bodyAt(tab.history.present, placeOf(tab)).nodes.get(node)?.type;
    if (!open || !type) return;
    const asking = new AbortController();
    const timer = setTimeout(
      async () => {
        try {
          const answer = await readChoices(type, input, words, asking.signal);
          if (words === "") more.current = answer.more;
          setFound(answer.choices);
          setState("there");
        } catch {
          if (!asking.signal.aborted) setState("failed");
        }
      },
      words ? PAUSE : 0,
    );
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [node, input, words, open, times]);
  const retry = () => {
    setState("loading");
    setTimes((now) => now + 1);
  };
  return { choices: found, state, retry };
}
