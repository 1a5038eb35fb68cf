/** A node on the canvas: its title, sockets, controls, and how its run stands. */

import "./node-card.css";
import { memo, useCallback } from "react";
import { Control } from "../controls/Control.tsx";
import { clearInput, setInput } from "../graph/commands/inputs.ts";
import { type InputFace, type OutputFace, titleOf } from "../graph/face.ts";
import { isLinkOnly, type Row } from "../graph/geometry.ts";
import type { Json } from "../graph/json.ts";
import { useT } from "../i18n/i18n.ts";
import type { Fault } from "../server/http.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useDocuments } from "../state/documents.ts";
import { useNodeFaults } from "../state/faults.ts";
import { usePlanned } from "../state/plan.ts";
import { type NodeRun, useNodeRun } from "../state/session.ts";
import { NodePicture } from "./NodePicture.tsx";
import { NodeStatus } from "./NodeStatus.tsx";
import { NodeTrouble } from "./NodeTrouble.tsx";
import { Socket } from "./Socket.tsx";
import type { SceneNode } from "./scene.ts";

interface Props {
  readonly data: { readonly scene: SceneNode };
  readonly selected: boolean;
}

export const NodeCard = memo(function NodeCard({ data: { scene }, selected }: Props) {
  const tab = useDocuments((state) => state.active) ?? "";
  const run = useNodeRun(tab, scene.id);
  const faults = useNodeFaults(scene.id);
  const planned = usePlanned(scene.id);
  const title = titleOf(scene.node, scene.face);
  if (scene.face.waypoint) return <Waypoint scene={scene} selected={selected} />;
  return (
    <article
      className="node-card"
      aria-label={title}
      data-selected={selected || undefined}
      data-kind={scene.face.kind}
      data-missing={scene.face.missing ?? undefined}
      data-mode={scene.node.mode ?? undefined}
      data-run={run?.status}
      data-faulty={faults.length > 0 || undefined}
      data-planned={planned?.status}
      style={scene.colour ? { "--node-colour": scene.colour } : undefined}
    >
      <header className="node-header" title={scene.face.help}>
        <span className="node-title">{title}</span>
        <NodeStatus run={run} node={scene.id} title={title} planned={planned} />
      </header>
      {run?.status === "running" && <Progress run={run} />}
      {scene.geometry.rows.map((row) => (
        <RowView key={`${row.y}`} row={row} scene={scene} faulty={isAt(row, faults, run)} />
      ))}
      {scene.collapsed && <CollapsedSockets scene={scene} />}
      {scene.geometry.picture && run && <NodePicture run={run} scene={scene} />}
      {scene.face.missing ? (
        <Missing scene={scene} />
      ) : (
        <NodeTrouble node={scene.id} run={run} faults={faults} />
      )}
    </article>
  );
});

function Waypoint({ scene, selected }: { readonly scene: SceneNode; readonly selected: boolean }) {
  return (
    <div className="node-waypoint" data-selected={selected || undefined}>
      <CollapsedSockets scene={scene} />
    </div>
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
  return run?.error?.input === input.name || faults.some((one) => one.input.split(/[.[]/)[0] === input.name);
}

interface RowProps {
  readonly row: Row;
  readonly scene: SceneNode;
  readonly faulty: boolean;
}

function RowView({ row, scene, faulty }: RowProps) {
  const { input, output } = row;
  return (
    <div className="node-row" data-faulty={faulty || undefined} style={{ top: row.y, height: row.height }}>
      {input && <InputRow input={input} scene={scene} />}
      {output && <OutputLabel output={output} scene={scene} />}
    </div>
  );
}

function InputRow({ input, scene }: { readonly input: InputFace; readonly scene: SceneNode }) {
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
          side="input"
          name={input.name}
          label={label}
          shape={input.shape}
          y={14}
          required={input.required}
          many={input.many}
          linked={linked}
          catalogue={catalogue}
        />
      )}
      {isLinkOnly(input) || linked ? (
        <span className="node-label" title={input.help || input.type}>
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
      <span className="node-label output" title={output.type}>
        {output.title}
      </span>
      <Socket
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
