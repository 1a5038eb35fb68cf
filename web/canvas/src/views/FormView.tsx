/** The workflow as a plain app: the inputs of its interface, a button, and what comes out. */

import "./form-view.css";
import { type Face, facesOf } from "../graph/face.ts";
import { textIn } from "../graph/json.ts";
import { bodyAt, type InterfaceInput } from "../graph/workflow.ts";
import { useT } from "../i18n/i18n.ts";
import { useCatalogue } from "../state/catalogue.ts";
import { useWorkflow } from "../state/documents.ts";
import { useFaults } from "../state/faults.ts";
import { HereContext } from "../state/here.ts";
import { run } from "../state/running.ts";
import { useUi } from "../state/ui.ts";
import { Button } from "../ui/Button.tsx";
import { FormField } from "./FormField.tsx";
import { RunResult } from "./RunResult.tsx";
import { RunTold } from "./RunTold.tsx";

export function FormView() {
  const t = useT();
  const workflow = useWorkflow();
  const catalogue = useCatalogue((state) => state.catalogue);
  if (!workflow) return null;
  const body = bodyAt(workflow, null);
  const faces = facesOf(workflow, body, catalogue);
  const fields = [...body.interface.inputs].filter(([, one]) => body.nodes.has(one.node));
  return (
    <div className="form-view">
      <form
        className="form-inputs"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <h1>{textIn(workflow, ["name"]) || t("tab.untitled")}</h1>
        <p className="form-about">{textIn(workflow, ["description"])}</p>
        {fields.length === 0 && <NoFields />}
        <HereContext value={null}>
          {fields.map(([name, one]) => (
            <FormField key={name} name={name} field={one} face={faceAt(faces, one)} body={body} />
          ))}
        </HereContext>
        <OtherFaults fields={fields.map(([, one]) => one)} />
        <div className="form-actions">
          <Button type="submit" tone="accent" icon="play">
            {t("run.go")}
          </Button>
        </div>
      </form>
      <RunTold />
      <RunResult />
    </div>
  );
}

function faceAt(faces: ReadonlyMap<string, Face>, field: InterfaceInput) {
  return faces.get(field.node)?.inputs.find((one) => one.name === field.input);
}

/** What is wrong beside the fields: it is in the nodes, so the list of all faults says more. */
function OtherFaults({ fields }: { readonly fields: readonly InterfaceInput[] }) {
  const t = useT();
  const faults = useFaults((state) => state.faults);
  const openPanel = useUi((state) => state.openPanel);
  const others = faults.filter(
    (fault) =>
      fault.definition || !fields.some((one) => one.node === fault.node && one.input === fault.input),
  );
  if (others.length === 0) return null;
  return (
    <div className="form-others">
      <p>{t("form.problems", { count: others.length })}</p>
      <Button icon="warn" onPress={() => openPanel("faults")}>
        {t("panel.faults")}
      </Button>
    </div>
  );
}

function NoFields() {
  const t = useT();
  const { setView, openPanel } = useUi();
  return (
    <div className="form-empty">
      <p>{t("form.empty")}</p>
      <Button icon="ports" onPress={() => openPanel("interface")}>
        {t("form.choose")}
      </Button>
      <Button icon="canvas" onPress={() => setView("canvas")}>
        {t("form.to_canvas")}
      </Button>
    </div>
  );
}
