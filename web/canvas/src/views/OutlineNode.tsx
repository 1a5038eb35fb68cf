/** A node of the outline: its name, how it stands, what it takes, and what is inside it. */

import { createElement, type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { duplicate, removeNodes, renameNode, setMode } from "../graph/commands/nodes.ts";
import { usesOf } from "../graph/commands/uses.ts";
import { definitionTitle } from "../graph/definition.ts";
import { bodiesOf, type Face } from "../graph/face.ts";
import { needing, sourcesOf } from "../graph/outline.ts";
import { NO_VALUES, sayable } from "../graph/values.ts";
import { type Body, hasPlace, type WorkflowNode } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { ValueList } from "../panels/ValueList.tsx";
import { useDocuments, useWorkflow } from "../state/documents.ts";
import { enterDefinition } from "../state/entering.ts";
import { useFaults } from "../state/faults.ts";
import { useEdit, useHere } from "../state/here.ts";
import { useNodeRun } from "../state/session.ts";
import { shownBytes } from "../state/uploads.ts";
import { CommitField } from "../ui/CommitField.tsx";
import { briefOf } from "../ui/figures.ts";
import { Icon } from "../ui/Icon.tsx";
import { MenuButton } from "../ui/MenuButton.tsx";
import { Prose } from "../ui/Prose.tsx";
import { Said } from "../ui/Said.tsx";
import { shownSeconds } from "../ui/time.ts";
import { OutlineBody } from "./OutlineBody.tsx";
import { OutlineInput } from "./OutlineInput.tsx";
import { OutlineMade } from "./OutlineMade.tsx";

interface Props {
  readonly id: string;
  /** What it is called among the nodes of the list. */
  readonly title: string;
  readonly body: Body;
  readonly faces: ReadonlyMap<string, Face>;
  readonly order: readonly string[];
  readonly level: number;
  readonly run: string | null;
  readonly openAtFirst: boolean;
}

export function OutlineNode({ id, title, body, faces, order, level, run, openAtFirst }: Props) {
  const t = useT();
  const heading = useId();
  const [open, setOpen] = useState(openAtFirst);
  const [renaming, setRenaming] = useState(false);
  const own = useRef<HTMLLIElement>(null);
  const edit = useEdit();
  const [node, face] = [body.nodes.get(id), faces.get(id)];
  if (!node || !face) return null;
  const remove = () => {
    const beside = besideOf(own.current);
    focusSoon(() => beside);
    edit(t("edit.remove", { count: 1 }), (workflow, place) => removeNodes(workflow, place, new Set([id])));
  };
  const pressed = (event: KeyboardEvent<HTMLButtonElement>) => {
    if (event.key === "F2") setRenaming(true);
    else if (event.key === "ArrowRight") setOpen(true);
    else if (event.key === "ArrowLeft") setOpen(false);
    else if (event.key === "Delete") remove();
    else if (!moved(event)) return;
    event.preventDefault();
  };
  return (
    <li ref={own} className="outline-node" data-node={id} data-mode={node.mode ?? undefined}>
      <article aria-labelledby={heading}>
        <div className="outline-head">
          {createElement(
            `h${Math.min(level, 6)}`,
            { id: heading, className: "outline-title" },
            renaming ? (
              <CommitField
                autoFocus
                value={node.title}
                placeholder={face.title}
                label={t("outline.rename", { title })}
                commit={(text) =>
                  edit(t("menu.rename"), (workflow, place) => renameNode(workflow, place, id, text))
                }
                left={() => {
                  setRenaming(false);
                  focusSoon(() => toggleOf(own.current));
                }}
              />
            ) : (
              <button
                type="button"
                className="outline-toggle"
                aria-expanded={open}
                onClick={() => setOpen(!open)}
                onKeyDown={pressed}
              >
                <Icon name={open ? "down" : "right"} />
                <span>{title}</span>
              </button>
            ),
          )}
          {node.mode && <span className="outline-mode">{t(`outline.${node.mode}`)}</span>}
          {run !== null && <Status path={run} />}
          <Menu id={id} title={title} node={node} rename={() => setRenaming(true)} remove={remove} />
        </div>
        <NodeFaults id={id} inputs={open ? new Set(face.inputs.map((one) => one.name)) : null} />
        {run !== null && <OutlineMade path={run} />}
        {open && <Content id={id} node={node} face={face} body={body} faces={faces} order={order} />}
        {open && run !== null && <Gave path={run} face={face} />}
        {open && <Inside node={node} level={level + 1} run={run} />}
      </article>
    </li>
  );
}

/** Go to the next or previous node by the arrow keys. */
function moved({ key, currentTarget }: KeyboardEvent<HTMLButtonElement>): boolean {
  const all = [...document.querySelectorAll<HTMLElement>(".outline-toggle")];
  const at = all.indexOf(currentTarget);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[key];
  if (to === undefined) return false;
  all[to]?.focus();
  return true;
}

function toggleOf(node: HTMLElement | null): HTMLElement | null {
  return node?.querySelector<HTMLElement>(".outline-toggle") ?? null;
}

/** What has the focus when a node is gone: the one after it, or before it. */
function besideOf(node: HTMLElement | null): HTMLElement | null {
  const all = [...document.querySelectorAll<HTMLElement>(".outline-toggle")];
  const own = all.filter((one) => node?.contains(one));
  const at = all.indexOf(own[0] as HTMLElement);
  return all[at + own.length] ?? all[at - 1] ?? null;
}

/** Give the focus on, when what had it is gone and nobody else took it: the keyboard stays where it was. */
function focusSoon(find: () => HTMLElement | null): void {
  setTimeout(() => {
    if (document.activeElement === document.body) find()?.focus();
  });
}

interface MenuProps {
  readonly id: string;
  readonly title: string;
  readonly node: WorkflowNode;
  readonly rename: () => void;
  readonly remove: () => void;
}

function Menu({ id, title, node, rename, remove }: MenuProps) {
  const t = useT();
  const edit = useEdit();
  const mode = (wanted: "bypass" | "mute") =>
    edit(t(`outline.to_${wanted}`), (workflow, place) =>
      setMode(workflow, place, [id], node.mode === wanted ? null : wanted),
    );
  return (
    <MenuButton
      label={t("outline.actions", { title })}
      entries={[
        { id: "rename", title: t("menu.rename"), run: rename },
        {
          id: "duplicate",
          title: t("outline.duplicate"),
          run: () =>
            edit(
              t("outline.duplicate"),
              (workflow, place) => duplicate(workflow, place, new Set([id]), true).workflow,
            ),
        },
        {
          id: "bypass",
          title: t(node.mode === "bypass" ? "outline.unbypass" : "outline.to_bypass"),
          run: () => mode("bypass"),
        },
        {
          id: "mute",
          title: t(node.mode === "mute" ? "outline.unmute" : "outline.to_mute"),
          run: () => mode("mute"),
        },
        { id: "remove", title: t("menu.delete"), run: remove },
      ]}
    />
  );
}

/** How the node stands: its status, what it gave in a few words, and how much that holds. */
function Status({ path }: { readonly path: string }) {
  const t = useT();
  const tab = useDocuments((state) => state.active) ?? "";
  const run = useNodeRun(tab, path);
  if (!run) return null;
  const percent = run.status === "running" && run.total > 0 ? Math.round((100 * run.done) / run.total) : null;
  const brief = briefOf(run.values);
  return (
    <>
      {brief && <span className="outline-brief">{brief}</span>}
      <span className="outline-status" data-status={run.status}>
        {percent === null
          ? t(`node.status.${run.status}`, { time: shownSeconds(run.seconds) })
          : `${percent} %`}
      </span>
      {run.memory > 0 && (
        <span className="outline-note">{t("outline.holds", { size: shownBytes(run.memory) })}</span>
      )}
    </>
  );
}

/** What the node gave, as far as it is told. */
function Gave({ path, face }: { readonly path: string; readonly face: Face }) {
  const t = useT();
  const tab = useDocuments((state) => state.active) ?? "";
  const values = sayable(useNodeRun(tab, path)?.values ?? NO_VALUES);
  if (Object.keys(values).length === 0) return null;
  const titles = Object.fromEntries(face.outputs.map((one) => [one.name, one.title]));
  return <ValueList values={values} titles={titles} label={t("details.values")} />;
}

interface NodeFaultsProps {
  readonly id: string;
  /** Inputs that say themselves what is wrong with them; null where none does. */
  readonly inputs: ReadonlySet<string> | null;
}

function NodeFaults({ id, inputs }: NodeFaultsProps) {
  const here = useHere();
  const faults = useFaults((state) => state.faults);
  const mine = faults.filter(
    (one) => one.node === id && (one.definition ?? null) === here && !inputs?.has(one.input ?? ""),
  );
  return mine.map((one) => (
    <p key={`${one.code} ${one.input} ${one.message}`} className="outline-wrong">
      <Said of={one.message} /> <Said of={one.hint} />
    </p>
  ));
}

interface ContentProps {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly face: Face;
  readonly body: Body;
  readonly faces: ReadonlyMap<string, Face>;
  readonly order: readonly string[];
}

function Content({ id, node, face, body, faces, order }: ContentProps): ReactNode {
  const t = useT();
  const sources = sourcesOf(body, faces, order, needing(body, id));
  return (
    <div className="outline-content">
      <Prose text={face.help} className="outline-note" />
      {face.missing && (
        <p className="outline-wrong">
          {t(`node.missing.${face.missing}`, { pack: node.type.split("/")[0] ?? "" })}
        </p>
      )}
      {face.inputs.map((input) => (
        <OutlineInput
          key={input.name}
          id={id}
          node={node}
          input={input}
          body={body}
          faces={faces}
          sources={sources}
        />
      ))}
      {face.outputs.length > 0 && (
        <p className="outline-note">
          {t("outline.gives", { outputs: face.outputs.map((one) => one.title).join(", ") })}
        </p>
      )}
    </div>
  );
}

interface InsideProps {
  readonly node: WorkflowNode;
  readonly level: number;
  readonly run: string | null;
}

const LOOPS = new Set(["flow/map", "flow/fold"]);

/** The bodies of a node, each closed until it is asked for. */
function Inside({ node, level, run }: InsideProps) {
  const workflow = useWorkflow();
  if (!workflow) return null;
  const once = !LOOPS.has(node.type);
  return bodiesOf(node)
    .filter((one) => hasPlace(workflow, one.definition))
    .map(({ input, definition }) => (
      <InsideOne
        key={input}
        definition={definition}
        level={level}
        prefix={once && run !== null ? `${run}/` : null}
      />
    ));
}

interface InsideOneProps {
  readonly definition: string;
  readonly level: number;
  readonly prefix: string | null;
}

function InsideOne({ definition, level, prefix }: InsideOneProps) {
  const t = useT();
  const workflow = useWorkflow();
  const [open, setOpen] = useState(false);
  if (!workflow) return null;
  const title = definitionTitle(workflow, definition);
  const uses = usesOf(workflow, definition).length;
  return (
    <fieldset className="outline-inside" aria-label={t("outline.inside", { title })}>
      <div className="outline-head">
        <button
          type="button"
          className="outline-toggle inside"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          onKeyDown={(event) => {
            if (moved(event)) event.preventDefault();
          }}
        >
          <Icon name={open ? "down" : "right"} />
          <span>{t("outline.inside", { title })}</span>
        </button>
        {uses > 1 && <span className="outline-note">{t("definition.used_many", { count: uses })}</span>}
        <button type="button" className="button quiet" onClick={() => enterDefinition(definition)}>
          <Icon name="enter" />
          {t("outline.enter")}
        </button>
      </div>
      {open && <OutlineBody place={definition} level={level} prefix={prefix} />}
    </fieldset>
  );
}
