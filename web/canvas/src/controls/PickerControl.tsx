/** Something that the server has, chosen from a list with details and search. Other values may be typed. */

import "./picker-control.css";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Popover } from "react-aria-components";
import { schemaOf } from "../graph/control-kind.ts";
import { isArray } from "../graph/json.ts";
import { bodyAt } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { type Choice, readChoices } from "../server/answers.ts";
import { activeTab, placeOf, useDocuments } from "../state/documents.ts";
import { freshId } from "../state/fresh-id.ts";
import { shownBytes } from "../state/uploads.ts";
import { Icon } from "../ui/Icon.tsx";
import { type ControlProps, currentValue, fieldProps, setNothing } from "./control-props.ts";
import { ListControl } from "./ListControl.tsx";

export function PickerControl(props: ControlProps) {
  return schemaOf(props.input.schema)?.type === "array" ? <ListPicker {...props} /> : <Picker {...props} />;
}

/** A list whose items are chosen one by one, or typed. */
function ListPicker(props: ControlProps) {
  const t = useT();
  const now = currentValue(props);
  const items = isArray(now) ? now : [];
  return (
    <>
      <ListControl {...props} />
      <Picker
        {...props}
        adding
        value=""
        label={t("picker.add", { label: props.label })}
        set={(item) => props.set([...items, item], freshId())}
        clear={() => undefined}
      />
    </>
  );
}

/** `adding` is for a list, whose field is beside this one. */
function Picker({ adding = false, ...props }: ControlProps & { readonly adding?: boolean }) {
  const { input, node, set } = props;
  const t = useT();
  const list = useId();
  const field = useRef<HTMLInputElement>(null);
  const now = currentValue(props);
  const shown = typeof now === "string" ? now : "";
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const { choices, state, retry } = useChoices(node, input.name, typed ?? "", open);
  const words = (typed ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = choices.filter((one) => words.every((word) => textOf(one).includes(word)));
  const show = (is: boolean) => {
    setOpen(is);
    setActive(-1);
  };
  const commit = (to: string | null) => {
    show(false);
    setTyped(null);
    if (to === null || to === shown) return;
    if (to.trim() === "") setNothing(props);
    else set(to, freshId());
  };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined) {
      if (open) setActive((at) => Math.min(fitting.length - 1, Math.max(0, at + by)));
      else show(true);
    } else if (event.key === "Enter") commit(fitting[active]?.value ?? typed);
    else if (event.key === "Escape" && (open || typed !== null)) commit(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="pick">
      <input
        ref={field}
        className="control-field"
        type="text"
        role="combobox"
        autoComplete="off"
        {...fieldProps(props)}
        aria-expanded={open}
        aria-autocomplete="list"
        {...(open ? { "aria-controls": list } : {})}
        {...(open && active >= 0 ? { "aria-activedescendant": `${list}-${active}` } : {})}
        placeholder={adding ? "+" : t("picker.none")}
        value={typed ?? shown}
        onChange={(event) => {
          setTyped(event.target.value);
          show(true);
        }}
        onClick={() => show(true)}
        onBlur={() => commit(typed)}
        onKeyDown={press}
      />
      <button
        type="button"
        className="pick-open"
        tabIndex={-1}
        aria-label={t("picker.open", { label: props.label })}
        onPointerDown={(event) => {
          event.preventDefault(); // the field has the focus while the list is open
          field.current?.focus();
          show(!open);
        }}
        onMouseDown={(event) => event.preventDefault()}
      >
        <Icon name="down" size={12} />
      </button>
      <Popover
        isNonModal
        isOpen={open}
        triggerRef={field}
        className="pick-list nowheel"
        offset={4}
        placement="bottom end"
        shouldCloseOnInteractOutside={() => false}
        onOpenChange={show}
      >
        {/* biome-ignore lint/a11y/noStaticElementInteractions: it only keeps the focus in the field */}
        <div
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
        >
          {fitting.length > 0 ? (
            <Options id={list} choices={fitting} active={active} shown={shown} choose={commit} />
          ) : (
            <Nothing state={state} retry={retry} />
          )}
        </div>
      </Popover>
    </div>
  );
}

interface OptionsProps {
  readonly id: string;
  readonly choices: readonly Choice[];
  readonly active: number;
  readonly shown: string;
  readonly choose: (value: string) => void;
}

function Options({ id, choices, active, shown, choose }: OptionsProps) {
  const t = useT();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div ref={list} id={id} role="listbox" tabIndex={-1} aria-label={t("picker.choices")}>
      {choices.map((one, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and listens to keys
        <div
          key={one.value}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          className="pick-item"
          aria-selected={one.value === shown}
          data-active={index === active || undefined}
          onClick={() => choose(one.value)}
        >
          {one.picture && <img src={one.picture} alt="" />}
          <span>{one.title || one.value}</span>
          <small>{describe(one)}</small>
        </div>
      ))}
    </div>
  );
}

function Nothing({ state, retry }: Pick<Offered, "state" | "retry">) {
  const t = useT();
  const words = { loading: "picker.loading", failed: "picker.failed", there: "picker.empty" } as const;
  return (
    <p className="pick-empty" role="status">
      {t(words[state])}
      {state === "failed" && (
        <button type="button" className="button" onClick={retry}>
          {t("picker.again")}
        </button>
      )}
    </p>
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
