/** A node on the canvas: its title, sockets, controls, and how its run stands. */

import "./node-card.css";
import { memo, useCallback } from "react";
import { Control } from "../controls/Control.tsx";
import { clearInput, setInput } from "../graph/commands/inputs.ts";
import { resizeNodes } from "../graph/commands/layout.ts";
import { renameNode } from "../graph/commands/nodes.ts";
import { type InputFace, type OutputFace, titleOf } from "../graph/face.ts";
import { isLinkOnly, type Row } from "../graph/geometry.ts";
import type { Json } from "../graph/json.ts";
import { useT, t as words } from "../i18n/i18n.ts";
import type { PlanStep } from "../server/api.ts";
import type { Fault } from "../server/http.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments } from "../state/documents.ts";
import { inputNamed } from "../state/fault-index.ts";
import { useNodeFaults } from "../state/faults.ts";
import { useGestures } from "../state/gestures.ts";
import { usePlanned } from "../state/plan.ts";
import type { SceneNode } from "../state/scene.ts";
import { type NodeRun, useNodeRun } from "../state/session.ts";
import { shapeTitle } from "../state/wiring.ts";
import { Icon } from "../ui/Icon.tsx";
import { plainProse } from "../ui/Prose.tsx";
import { hueOf } from "./colours.ts";
import { NodeGave } from "./NodeGave.tsx";
import { NodePicture } from "./NodePicture.tsx";
import { NodeStatus } from "./NodeStatus.tsx";
import { NodeTrouble } from "./NodeTrouble.tsx";
import { ResizeGrip } from "./ResizeGrip.tsx";
import { Socket } from "./Socket.tsx";
import { TitleField } from "./TitleField.tsx";
import { useCardFocus } from "./use-card-focus.ts";
import { useTurn } from "./use-turn.ts";

interface Props {
  readonly data: { readonly scene: SceneNode };
  readonly selected: boolean;
}

export const NodeCard = memo(function NodeCard({ data: { scene }, selected }: Props) {
  const tab = useDocuments((state) => state.active) ?? "";
  const run = useNodeRun(tab, scene.id);
  const faults = useNodeFaults(scene.id);
  const planned = usePlanned(scene.id);
  const isTarget = useGestures(
    ({ target }) => target?.node === scene.id && target.handle === null && target.refusal === "",
  );
  const focus = useCardFocus(scene.id);
  const filled = useTurn();
  const title = titleOf(scene.node, scene.face);
  if (scene.face.waypoint) return <Waypoint scene={scene} selected={selected} />;
  return (
    <article
      className="node-card"
      {...focus}
      data-target={isTarget || undefined}
      aria-label={title}
      data-selected={selected || undefined}
      data-kind={scene.face.kind}
      data-missing={scene.face.missing ?? undefined}
      data-mode={scene.node.mode ?? undefined}
      data-run={run?.status}
      data-faulty={faults.length > 0 || undefined}
      data-planned={planned?.status}
      style={{ "--node-hue": hueOf(scene.face.category), "--node-colour": scene.colour || undefined }}
    >
      <NodeHeader scene={scene} title={title} run={run} planned={planned} />
      {run?.status === "running" && <Progress run={run} />}
      {scene.geometry.rows.map((row) => (
        <RowView
          key={`${row.y}`}
          row={row}
          scene={scene}
          faulty={isAt(row, faults, run)}
          told={faults[0] !== undefined && inputNamed(faults[0].input) === row.input?.name}
          filled={filled}
        />
      ))}
      {scene.collapsed && <CollapsedSockets scene={scene} />}
      {scene.shows === "picture" && run && <NodePicture run={run} scene={scene} />}
      {scene.shows !== null && scene.shows !== "picture" && run && <NodeGave run={run} scene={scene} />}
      {scene.face.missing ? (
        <Missing scene={scene} />
      ) : (
        <NodeTrouble node={scene.id} inputs={scene.face.inputs} run={run} faults={faults} />
      )}
      <NodeResize scene={scene} />
    </article>
  );
});

interface HeaderProps {
  readonly scene: SceneNode;
  readonly title: string;
  readonly run: NodeRun | null;
  readonly planned: PlanStep | null;
}

function NodeHeader({ scene, title, run, planned }: HeaderProps) {
  const t = useT();
  const renaming = useGestures((state) => state.renaming === scene.id);
  const { mode } = scene.node;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: renaming is an action with a key too
    <header
      className="node-header"
      title={plainProse(scene.face.help)}
      onDoubleClick={() => useGestures.getState().rename(scene.id)}
    >
      {renaming ? (
        <TitleField label={t("node.title")} value={title} done={(value) => rename(scene, value)} />
      ) : (
        <span className="node-title">{title}</span>
      )}
      {mode && (
        <span className="node-mode" title={t(`node.mode.${mode}`)}>
          <Icon name={mode} size={14} />
          <span className="visually-hidden">{t(`node.mode.${mode}`)}</span>
        </span>
      )}
      <NodeStatus run={run} scene={scene} title={title} planned={planned} />
    </header>
  );
}

/** A title that is the type's own is left out of the document, so that it follows the language. */
function rename(scene: SceneNode, typed: string): void {
  const title = typed === scene.face.title ? "" : typed;
  useDocuments
    .getState()
    .edit(words("edit.rename"), (workflow, place) => renameNode(workflow, place, scene.id, title));
}

function NodeResize({ scene }: { readonly scene: SceneNode }) {
  const t = useT();
  const { width, height, picture } = scene.geometry;
  const tall = picture !== null || scene.face.inputs.some((one) => one.control === "lines");
  return (
    <ResizeGrip
      label={t("node.resize")}
      size={[width, height]}
      least={[160, 60]}
      wideOnly={!tall || scene.collapsed}
      resize={(size) =>
        useDocuments
          .getState()
          .edit(
            words("edit.resize"),
            (workflow, place) => resizeNodes(workflow, place, new Map([[scene.id, size]])),
            `resize ${scene.id}`,
          )
      }
    />
  );
}

function Waypoint({ scene, selected }: { readonly scene: SceneNode; readonly selected: boolean }) {
  const focus = useCardFocus(scene.id);
  return (
    <article
      className="node-waypoint"
      aria-label={titleOf(scene.node, scene.face)}
      data-selected={selected || undefined}
      {...focus}
    >
      <CollapsedSockets scene={scene} />
    </article>
  );
}

function Progress({ run }: { readonly run: NodeRun }) {
  const known = run.total > 0;
  return (
    <progress
      className="node-progress"
      aria-label={run.note || undefined}
      {...(known ? { value: run.done, max: run.total } : {})}
    />
  );
}

/** Whether something is wrong with the input of a row. */
function isAt({ input }: Row, faults: readonly Fault[], run: NodeRun | null): boolean {
  if (!input) return false;
  return run?.error?.input === input.name || faults.some((one) => inputNamed(one.input) === input.name);
}

interface RowProps {
  readonly row: Row;
  readonly scene: SceneNode;
  readonly faulty: boolean;
  /** Whether it is what is told under the node. */
  readonly told: boolean;
  /** Sockets are there at once, for links are led to where they are found on the page; controls may wait. */
  readonly filled: boolean;
}

function RowView({ row, scene, faulty, told, filled }: RowProps) {
  const { input, output } = row;
  return (
    <div
      className="node-row"
      data-faulty={faulty || undefined}
      data-told={told || undefined}
      style={{ top: row.y, height: row.height }}
    >
      {input && <InputRow input={input} scene={scene} filled={filled} />}
      {output && <OutputLabel output={output} scene={scene} />}
    </div>
  );
}

function InputRow({
  input,
  scene,
  filled,
}: Pick<RowProps, "scene" | "filled"> & { readonly input: InputFace }) {
  const t = useT();
  const catalogue = useCatalogue((state) => state.catalogue);
  const edit = useDocuments((state) => state.edit);
  const linked = scene.linked.has(input.name);
  const label = t("node.input", { title: input.title, node: titleOf(scene.node, scene.face) });
  const set = useCallback(
    (value: Json, mark?: string) => {
      edit(
        t("edit.set", { title: input.title }),
        (workflow, place) => setInput(workflow, place, scene.id, input.name, value),
        mark ?? `set ${scene.id}.${input.name}`,
      );
    },
    [edit, input.name, input.title, scene.id, t],
  );
  const clear = useCallback(() => {
    edit(t("control.reset"), (workflow, place) => clearInput(workflow, place, scene.id, input.name));
  }, [edit, input.name, scene.id, t]);
  return (
    <>
      {!input.fixed && (
        <Socket
          node={scene.id}
          side="input"
          name={input.name}
          label={label}
          shape={input.shape}
          y={14}
          required={input.required}
          many={input.many}
          linked={linked}
          promoted={scene.promoted.has(input.name)}
          catalogue={catalogue}
        />
      )}
      {isLinkOnly(input) || linked || !filled ? (
        <span className="node-label" title={plainProse(input.help) || shapeTitle(input.shape, catalogue)}>
          {input.title}
        </span>
      ) : (
        <Control
          input={input}
          value={scene.node.inputs.get(input.name)}
          set={set}
          clear={clear}
          node={scene.id}
          label={label}
        />
      )}
    </>
  );
}

function OutputLabel({ output, scene }: { readonly output: OutputFace; readonly scene: SceneNode }) {
  const t = useT();
  const catalogue = useCatalogue((state) => state.catalogue);
  const label = t("node.output", { title: output.title, node: titleOf(scene.node, scene.face) });
  return (
    <>
      <span className="node-label output" title={shapeTitle(output.shape, catalogue)}>
        {output.title}
      </span>
      <Socket
        node={scene.id}
        side="output"
        name={output.name}
        label={label}
        shape={output.shape}
        y={14}
        linked={false}
        catalogue={catalogue}
      />
    </>
  );
}

function CollapsedSockets({ scene }: { readonly scene: SceneNode }) {
  const catalogue = useCatalogue((state) => state.catalogue);
  const { inputs, outputs } = scene.geometry;
  return (
    <>
      {scene.face.inputs.map((one) => (
        <Socket
          key={`in ${one.name}`}
          node={scene.id}
          side="input"
          name={one.name}
          label={one.title}
          shape={one.shape}
          y={inputs.get(one.name) ?? 0}
          linked={scene.linked.has(one.name)}
          catalogue={catalogue}
        />
      ))}
      {scene.face.outputs.map((one) => (
        <Socket
          key={`out ${one.name}`}
          node={scene.id}
          side="output"
          name={one.name}
          label={one.title}
          shape={one.shape}
          y={outputs.get(one.name) ?? 0}
          linked={false}
          catalogue={catalogue}
        />
      ))}
    </>
  );
}

function Missing({ scene }: { readonly scene: SceneNode }) {
  const t = useT();
  const pack = scene.node.type.split("/")[0] ?? "";
  const { missing } = scene.face;
  if (!missing) return null;
  return <p className="node-missing">{t(`node.missing.${missing}`, { pack })}</p>;
}
