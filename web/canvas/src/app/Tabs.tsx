/** The open documents in a row: look at one, name it, put it elsewhere, close it. */

import "./tabs.css";
import { type DragEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { shownKeys } from "../actions/action.ts";
import { closeTab } from "../actions/file.ts";
import { renameWorkflow } from "../graph/commands/document.ts";
import { useT } from "../i18n/i18n.ts";
import { isChanged, isReadOnly, nameOf, type Tab, useDocuments } from "../state/documents.ts";
import { openNew } from "../state/opening.ts";
import { useSaving } from "../state/saving.ts";
import { IconButton } from "../ui/Button.tsx";
import { MenuButton } from "../ui/MenuButton.tsx";

const DRAGGED = "application/x-latentgraph-tab";

export function Tabs() {
  const t = useT();
  const { tabs, active, activate } = useDocuments();
  const row = useRef<HTMLUListElement>(null);
  const overflows = useOverflow(row, tabs.length);
  return (
    <nav className="tabs" aria-label={t("tabs.label")}>
      <ul className="tab-row" ref={row}>
        {tabs.map((tab, index) => (
          <TabView key={tab.key} tab={tab} index={index} isActive={tab.key === active} />
        ))}
      </ul>
      {overflows && (
        <MenuButton
          label={t("tabs.all")}
          icon="down"
          entries={tabs.map((tab) => ({
            id: tab.key,
            title: nameOf(tab.history.present) || t("tab.untitled"),
            run: () => activate(tab.key),
          }))}
        />
      )}
      <IconButton icon="plus" label={t("tab.new")} keys={shownKeys("Alt+t")} onPress={openNew} />
    </nav>
  );
}

/** Whether the tabs need more room than there is. */
function useOverflow(row: React.RefObject<HTMLUListElement | null>, count: number): boolean {
  const [overflows, setOverflows] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again with each tab more or less
  useEffect(() => {
    const element = row.current;
    if (!element) return;
    const measure = () => {
      setOverflows(element.scrollWidth > element.clientWidth + 1);
      const active = element.querySelector("[data-active]");
      active?.scrollIntoView({ inline: "nearest", block: "nearest" });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, [row, count]);
  return overflows;
}

interface TabViewProps {
  readonly tab: Tab;
  readonly index: number;
  readonly isActive: boolean;
}

function TabView({ tab, index, isActive }: TabViewProps) {
  const t = useT();
  const { activate, move } = useDocuments.getState();
  const saving = useSaving((state) => state.saving.has(tab.key));
  const [renaming, setRenaming] = useState(false);
  const [over, setOver] = useState(false);
  const element = useRef<HTMLLIElement>(null);
  const name = nameOf(tab.history.present) || t("tab.untitled");
  const changed = isChanged(tab);

  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ inline: "nearest", block: "nearest" });
  }, [isActive]);

  const rename = () => {
    if (isReadOnly(tab)) return;
    activate(tab.key);
    setRenaming(true);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "F2") rename();
    else if (event.key === "Delete") closeTab(tab.key);
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const step = event.key === "ArrowRight" ? 1 : -1;
      if (event.shiftKey) move(tab.key, index + step);
      else focusTab(element.current, step);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const dropped = (event: DragEvent) => {
    setOver(false);
    const key = event.dataTransfer.getData(DRAGGED);
    if (!key) return;
    event.preventDefault();
    event.stopPropagation();
    move(key, index);
  };
  return (
    <li
      ref={element}
      className="tab"
      data-active={isActive || undefined}
      data-over={over || undefined}
      draggable={!renaming}
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED, tab.key);
        event.dataTransfer.effectAllowed = "move";
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
      onAuxClick={(event) => event.button === 1 && closeTab(tab.key)}
      onMouseDown={(event) => event.button === 1 && event.preventDefault()}
    >
      {renaming ? (
        <TabName name={name} done={() => setRenaming(false)} />
      ) : (
        <button
          type="button"
          className="tab-name"
          title={name}
          aria-current={isActive ? "page" : undefined}
          aria-busy={saving}
          onClick={() => activate(tab.key)}
          onDoubleClick={rename}
          onKeyDown={pressed}
        >
          <span className="tab-words">{name}</span>
          {changed && (
            <span className="tab-changed" title={t("tab.changed")}>
              <span aria-hidden="true">•</span>
              <span className="visually-hidden">{t("tab.changed")}</span>
            </span>
          )}
        </button>
      )}
      <IconButton icon="close" label={t("tab.close", { name })} onPress={() => closeTab(tab.key)} />
    </li>
  );
}

function focusTab(from: HTMLElement | null, step: 1 | -1): void {
  const next = step === 1 ? from?.nextElementSibling : from?.previousElementSibling;
  next?.querySelector<HTMLElement>(".tab-name")?.focus();
}

/** The name of the active document, while it is typed. Enter takes it, Escape leaves it. */
function TabName({ name, done }: { readonly name: string; readonly done: () => void }) {
  const t = useT();
  const [text, setText] = useState(name);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const take = () => {
    const wanted = text.trim();
    if (wanted) {
      useDocuments.getState().edit(t("edit.rename"), (workflow) => renameWorkflow(workflow, wanted));
    }
    done();
  };
  return (
    <input
      ref={field}
      className="tab-field"
      aria-label={t("tab.name")}
      maxLength={200}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" && !event.nativeEvent.isComposing) take();
        if (event.key === "Escape") done();
      }}
    />
  );
}
