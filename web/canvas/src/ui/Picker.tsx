/** One of many, by typing: a field over a list, as a small window of its own. */

import "./picker.css";
import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";

export interface PickerItem {
  readonly id: string;
  readonly title: string;
  /** More, in quiet letters behind the title. */
  readonly detail?: string;
  /** Items of one group stand under its name; they must be neighbours. */
  readonly group?: string;
  /** A CSS colour for a point before the title. */
  readonly colour?: string;
}

interface Props {
  /** What is being chosen: the name of the window and of the field. */
  readonly label: string;
  readonly placeholder: string;
  readonly items: readonly PickerItem[];
  readonly query: string;
  readonly setQuery: (query: string) => void;
  readonly choose: (item: PickerItem) => void;
  /** Leave without a choice. */
  readonly close: () => void;
  /** What is shown where nothing fits. */
  readonly empty: ReactNode;
  /** Something about the item that Enter would choose. */
  readonly about?: (item: PickerItem) => ReactNode;
  /** Above the field: what the choice is for. */
  readonly header?: ReactNode;
  /** Whether the window is only as high as a few items need. */
  readonly small?: boolean;
  /** Where the window appears on the page; the middle if left out. */
  readonly at?: readonly [number, number];
}

const MOST = 200; // rows that are drawn; who wants more types more

export function Picker(props: Props) {
  const { label, items, query, close, choose, at } = props;
  const id = useId();
  const [index, setIndex] = useState(0);
  const window_ = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const shown = items.slice(0, MOST);
  const active = shown[Math.min(index, shown.length - 1)];
  usePlaced(window_, at);
  useFocus(field);
  useOutside(window_, close);

  const step = (by: number) => {
    if (shown.length > 0) setIndex((Math.min(index, shown.length - 1) + by + shown.length) % shown.length);
  };
  const key = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: Math.min(8, shown.length - 1 - index),
      PageUp: -Math.min(8, index),
      Tab: event.shiftKey ? -1 : 1,
    };
    const by = steps[event.key];
    if (event.nativeEvent.isComposing) return; // Enter and arrows belong to whoever puts letters together
    if (by !== undefined) step(by);
    else if (event.key === "Enter" && active) choose(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      className="picker"
      role="dialog"
      aria-label={label}
      ref={window_}
      data-about={props.about ? "" : undefined}
      data-small={props.small ? "" : undefined}
    >
      {props.header}
      <input
        ref={field}
        className="picker-field"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}list`}
        aria-activedescendant={active ? `${id}${active.id}` : undefined}
        aria-autocomplete="list"
        aria-label={label}
        placeholder={props.placeholder}
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        value={query}
        onChange={(event) => {
          setIndex(0);
          props.setQuery(event.target.value);
        }}
        onKeyDown={key}
      />
      <div className="picker-body">
        <List id={id} label={label} items={shown} active={active} choose={choose} point={setIndex} />
        {props.about && active && <div className="picker-about">{props.about(active)}</div>}
      </div>
      {shown.length === 0 && <div className="picker-empty">{props.empty}</div>}
    </div>
  );
}

interface ListProps {
  readonly id: string;
  readonly label: string;
  readonly items: readonly PickerItem[];
  readonly active: PickerItem | undefined;
  readonly choose: (item: PickerItem) => void;
  readonly point: (index: number) => void;
}

function List({ id, label, items, active, choose, point }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  const chosen = active?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row is to be seen
  useLayoutEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <div ref={list} className="picker-list" role="listbox" id={`${id}list`} aria-label={label}>
      {items.map((item, index) => (
        <Row
          key={item.id}
          id={`${id}${item.id}`}
          item={item}
          heading={item.group && item.group !== items[index - 1]?.group ? item.group : null}
          active={item.id === chosen}
          choose={() => choose(item)}
          point={() => point(index)}
        />
      ))}
    </div>
  );
}

interface RowProps {
  readonly id: string;
  readonly item: PickerItem;
  readonly heading: string | null;
  readonly active: boolean;
  readonly choose: () => void;
  readonly point: () => void;
}

function Row({ id, item, heading, active, choose, point }: RowProps) {
  return (
    <>
      {heading !== null && (
        <div className="picker-heading" role="presentation">
          {heading}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus, and Enter chooses */}
      <div
        className="picker-row"
        id={id}
        role="option"
        aria-selected={active}
        tabIndex={-1}
        onClick={choose}
        onPointerMove={active ? undefined : point}
        onMouseDown={(event) => event.preventDefault()}
      >
        {item.colour && <span className="picker-point" style={{ background: item.colour }} />}
        <span className="picker-title">{item.title}</span>
        {item.detail && <span className="picker-detail">{item.detail}</span>}
      </div>
    </>
  );
}

const EDGE = 12;
const PHONE = 560; // pixels wide

/** Put the window where it is wanted, and wholly on the page. */
function usePlaced(
  element: React.RefObject<HTMLDivElement | null>,
  at: readonly [number, number] | undefined,
): void {
  const [x, y] = at ?? [null, null];
  useLayoutEffect(() => {
    const style = element.current?.style;
    if (!style || !element.current) return;
    const { offsetWidth: width, offsetHeight: height } = element.current;
    const left = x ?? (innerWidth - width) / 2;
    // On a phone the lower half is the keyboard's.
    const top = innerWidth < PHONE ? EDGE : (y ?? (innerHeight - height) / 3);
    style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
    style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
  }, [element, x, y]);
}

/** Take the focus, and give it back to what had it. */
function useFocus(field: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const before = document.activeElement;
    field.current?.focus({ preventScroll: true });
    return () => {
      const lost = document.activeElement === null || document.activeElement === document.body;
      if (lost && before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [field]);
}

function useOutside(element: React.RefObject<HTMLDivElement | null>, close: () => void): void {
  useEffect(() => {
    const press = (event: PointerEvent) => {
      if (event.target instanceof Node && !element.current?.contains(event.target)) close();
    };
    window.addEventListener("pointerdown", press, true);
    return () => window.removeEventListener("pointerdown", press, true);
  }, [element, close]);
}
